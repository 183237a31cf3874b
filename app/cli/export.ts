import { realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { errorOf, fail } from '../../contract/result.ts';
import { openAuditLog } from '../../main/audit/log.ts';
import { exportRecording } from '../../main/export/export-recording.ts';
import { findFfmpeg } from '../../main/pipeline/ffmpeg-finder.ts';
import type { Arguments, Command } from './command.ts';
import { withWhatIsLeft } from './damaged.ts';
import { clientDir } from './data-dir.ts';
import { tellGaps } from './gaps.ts';
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
    const file = values.out ?? join(process.cwd(), `${id}.mp4`);
    if (await isInside(dataDir, file)) return out.failed(errorOf('export-inside', file));
    const opened = await openVault(dataDir, 'read');
    if (!opened.ok) return out.failed(opened.error);
    const cancelling = new AbortController();
    const cancel = () => cancelling.abort();
    for (const signal of SIGNALS) process.on(signal, cancel);
    try {
      return await exportFrom({ ...opened.value, dataDir, file }, id, values, out, cancelling.signal);
    } finally {
      for (const signal of SIGNALS) process.off(signal, cancel);
      opened.value.lock.release();
    }
  },
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether a file of that path would lie in the data folder, by whatever way it is named. */
async function isInside(dataDir: string, file: string): Promise<boolean> {
  const [inner, outer] = await Promise.all(
    [dirname(resolve(file)), dataDir].map((path) => realpath(path).catch(() => resolve(path))),
  );
  return `${inner}${sep}`.startsWith(`${outer}${sep}`);
}

async function exportFrom(
  { vault, secrets, dataDir, isReadOnly, file }: Opened & { readonly dataDir: string; readonly file: string },
  id: string,
  values: Arguments,
  out: Printer,
  signal: AbortSignal,
): Promise<number> {
  const recording = await vault.open(id);
  if (!recording.ok) return out.failed(recording.error);
  const ffmpeg = await findFfmpeg({ platform: process.platform, env: process.env, demuxers: [] });
  if (!ffmpeg.ok) return out.failed(ffmpeg.error);
  const log = isReadOnly
    ? fail('disk-read-only', dataDir)
    : await openAuditLog(dataDir, () => new Date(), secrets);
  // What could be noted and is not to be trusted is seen to first; where nothing can be noted, saving the media comes first.
  if (!log.ok && !isReadOnly) return out.failed(log.error);

  let told = 0;
  const exported = await exportRecording(recording.value, {
    file,
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
  tellGaps(recording.value, out);
  const { sessionId, endUserId } = recording.value.facts();
  const channelIds = files.flatMap(({ channels }) => channels);
  const event = { type: 'recording.exported', sessionId, channelIds, files: files.length } as const;
  const noted = log.ok ? await log.value.write(endUserId, event) : log;
  // What could be read is there; that it is not all has to be known.
  const damage = recording.value.damage();
  const left = damage === undefined ? undefined : withWhatIsLeft(damage, recording.value);
  if (noted.ok) return left === undefined ? 0 : out.failed(left);
  const message = `What is named above is written. That could not be written to the audit log. ${noted.error.message}`;
  if (left !== undefined) out.note(message);
  return out.failed(left ?? { ...noted.error, message });
}
