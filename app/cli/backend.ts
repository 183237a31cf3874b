import { serve as serveBackend } from '../../backend/main.ts';
import { errorOf } from '../../contract/result.ts';
import { finishOnBug } from '../../main/last-resort.ts';
import { secureTls } from '../../main/network/tls.ts';
import type { Command } from './command.ts';
import { serviceDir } from './data-dir.ts';
import { printer } from './print.ts';

/** Runs the media service until it is told to end. */
export const serve: Command = {
  options: ['json', 'data', 'port'],
  run: async (values) => {
    const out = printer(values.json === true);
    const port = Number(values.port ?? 7620);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      return out.failed(errorOf('usage', '--port takes 0 to 65535'));
    // For what it asks itself: webhooks, and where recordings are copied to.
    const secured = secureTls(process.env);
    if (!secured.ok) return out.failed(secured.error);
    const service = await serveBackend({
      dataDir: values.data ?? serviceDir(),
      port,
      log: (line) => out.json(line, 'stderr'),
    });
    if (!service.ok) return out.failed(service.error);
    const { close } = service.value;
    finishOnBug(close, (event, fields) => out.json({ event, ...fields }, 'stderr'));
    out.line(`The media service listens at ${service.value.url}`, {
      event: 'listening',
      url: service.value.url,
    });
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
    });
    await service.value.close();
    return 0;
  },
};
