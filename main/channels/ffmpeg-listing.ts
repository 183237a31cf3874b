import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { Machine } from './machine.ts';
import { toolText } from './tool-output.ts';

/** With a virtual camera or a telephone nearby macOS takes seconds to say what there is. */
const PATIENCE_MS = 10_000;

export type FfmpegText = { readonly stdout: string; readonly stderr: string };

/**
 * What the machine's ffmpeg prints when it is asked for devices, whatever its exit code. Opens none of them. Errors:
 * those of finding ffmpeg, and `device-failed` where it does not answer.
 */
export async function askFfmpeg(machine: Machine, args: readonly string[]): Promise<Result<FfmpegText>> {
  const ffmpeg = await machine.ffmpeg();
  if (!ffmpeg.ok) return ffmpeg;
  const text = await toolText(
    ffmpeg.value.path,
    ['-hide_banner', '-nostdin', ...args],
    machine.env,
    PATIENCE_MS,
  );
  if (text.kind === 'not-installed') return fail('ffmpeg-missing', ffmpeg.value.path);
  if (text.kind === 'failed') return fail('device-failed', `ffmpeg does not list devices: ${text.why}`);
  return ok({ stdout: text.stdout, stderr: text.stderr });
}
