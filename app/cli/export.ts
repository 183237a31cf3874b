import { join } from 'node:path';
import { errorOf } from '../../contract/result.ts';
import { openAuditLog } from '../../main/audit/log.ts';
import { exportRecording } from '../../main/export/export-recording.ts';
import { findFfmpeg } from '../../main/pipeline/ffmpeg-finder.ts';
import type { Arguments, Command } from './command.ts';
import { withWhatIsLeft } from './damaged.ts';
import { clientDir } from './data-dir.ts';
import { type Opened, openVault } from './open-vault.ts';
import { type Printer, printer, sizeText } from './print.ts';

/** Writes one recording of this device as MP4 files that any player opens. */
export const exportCommand: Command = {
  options: ['json', 'data', 'out', 'per-channel', 'as-recorded'],
  words: 1,
  run: async (values, [id]) => {
    const out = printer(values.json === true);
    if (id === undefined) return out.failed(errorOf('usage', 'which recording? `recordings` lists them'));
    const dataDir = values.data ?? clientDir();
    const opened = await openVault(dataDir);
    if (!opened.ok) return out.failed(opened.error);
    const cancelling = new AbortController();
    const cancel = () => cancelling.abort();
    for (const signal of SIGNALS) process.on(signal, cancel);
    try {
      return await exportFrom({ ...opened.value, dataDir }, id, values, out, cancelling.signal);
    } finally {
      for (const signal of SIGNALS) process.off(signal, cancel);
      opened.value.lock.release();
    }
  },
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function exportFrom(
  { vault, secrets, dataDir }: Opened & { readonly dataDir: string },
  id: string,
  values: Arguments,
  out: Printer,
  signal: AbortSignal,
): Promise<number> {
  const recording = await vault.open(id);
  if (!recording.ok) return out.failed(recording.error);
  const ffmpeg = await findFfmpeg({ platform: process.platform, env: process.env, demuxers: [] });
  if (!ffmpeg.ok) return out.failed(ffmpeg.error);
  const log = await openAuditLog(dataDir, () => new Date(), secrets);
  if (!log.ok) return out.failed(log.error);

  let told = 0;
  const exported = await exportRecording(recording.value, {
    file: values.out ?? join(process.cwd(), `${id}.mp4`),
    perChannel: values['per-channel'] === true,
    asRecorded: values['as-recorded'] === true,
    ffmpeg: ffmpeg.value.path,
    env: process.env,
    signal,
    onProgress: (share) => {
      const percent = Math.floor(share * 10) * 10;
      if (percent <= told) return;
      told = percent;
      if (values.json === true) out.json({ event: 'progress', percent });
      else out.note(`${percent} %`);
    },
  });
  await recording.value.close();
  if (!exported.ok) return out.failed(exported.error);
  const files = exported.value;
  for (const { path, bytes, sha256, channels } of files)
    out.line(`${path}  ${sizeText(bytes)}, ${channels.join(', ')}. It is not encrypted.`, {
      event: 'exported',
      id,
      path,
      bytes,
      sha256,
      channels,
    });
  const { sessionId, endUserId } = recording.value.facts();
  const channelIds = files.flatMap(({ channels }) => channels);
  const noted = await log.value.write(endUserId, {
    type: 'recording.exported',
    sessionId,
    channelIds,
    files: files.length,
  });
  if (!noted.ok) return out.failed(noted.error);
  // What could be read is there; that it is not all has to be known.
  const damage = recording.value.damage();
  return damage === undefined ? 0 : out.failed(withWhatIsLeft(damage, recording.value));
}
