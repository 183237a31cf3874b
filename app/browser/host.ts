import { errorOf, ok, type Result } from '../../contract/result.ts';
import { openCapture } from '../../main/capture.ts';
import type { Capture, Connection, Log } from '../../main/host.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import { type FaceServer, serveFace } from './face-server.ts';
import { keepTheLight } from './light.ts';

export type BrowserHostOptions = {
  readonly dataDir: string;
  readonly rendererDir: string;
  readonly connection: Connection;
  /** 0 takes a free port. */
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** A sentence for whoever sits at the terminal. */
  readonly tell: (text: string) => void;
};

/** Main and the renderer on loopback, for a browser window of the person's own. */
export type BrowserHost = {
  readonly capture: Capture;
  readonly faces: FaceServer;
  /** Stops what records, finalizes what is kept, closes the port. */
  readonly close: () => Promise<void>;
};

/** Errors: those of openCapture, and `internal` where loopback has no port. */
export async function openBrowserHost(options: BrowserHostOptions): Promise<Result<BrowserHost>> {
  const { dataDir, connection, env, log } = options;
  const secrets = await keyFileSecrets(dataDir);
  if (!secrets.ok) return secrets;
  const capture = await openCapture({
    kind: 'browser',
    dataDir,
    secrets: secrets.value,
    connection,
    log,
    env,
  });
  if (!capture.ok) return capture;
  const running = capture.value;
  let faces: FaceServer;
  try {
    faces = await serveFace(running, options.rendererDir, options.port, log);
  } catch (error) {
    await running.close();
    return { ok: false, error: errorOf('internal', `no port on loopback: ${String(error)}`) };
  }
  const letGo = keepTheLight(running, faces, options.tell);
  async function close(): Promise<void> {
    letGo();
    await running.close();
    await faces.close();
  }
  let closing: Promise<void> | undefined;
  return ok({
    capture: running,
    faces,
    close: () => {
      closing ??= close();
      return closing;
    },
  });
}
