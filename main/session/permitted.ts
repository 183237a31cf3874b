import type { ChannelKind } from '../../contract/channel.ts';
import { fail, type Result } from '../../contract/result.ts';
import type { PermissionKind, Permissions } from '../../native-permissions/permission.ts';
import type { Host } from '../host.ts';
import { type Ffmpeg, findFfmpeg } from '../pipeline/ffmpeg-finder.ts';
import type { AgreedChannel } from './run.ts';

export const PERMISSION: Readonly<Record<ChannelKind, PermissionKind>> = {
  mic: 'microphone',
  system_audio: 'system-audio',
  display: 'screen-capture',
};
const LINUX_DEMUXER: Readonly<Record<ChannelKind, string>> = {
  mic: 'pulse',
  system_audio: 'pulse',
  display: 'x11grab',
};

/**
 * Whether the system lets these channels be captured, and the ffmpeg that can. Asks, opens no device. `unknown` is
 * not a refusal: the device itself is the judge then, and says so within seconds.
 */
export async function permitted(
  chosen: readonly AgreedChannel[],
  host: Host,
  permissions: Permissions,
): Promise<Result<Ffmpeg>> {
  const kinds = [...new Set(chosen.map(({ channel }) => channel.kind))];
  for (const kind of kinds) {
    const now = await permissions.status(PERMISSION[kind]);
    // Asked once, here, where a person has just agreed to exactly this.
    const { state, sentence, nextStep } =
      now.state === 'not-determined' ? await permissions.request(PERMISSION[kind]) : now;
    if (state === 'denied' || state === 'restricted')
      return fail(
        'permission-denied',
        `${PERMISSION[kind]}: ${[sentence, nextStep?.sentence].filter(Boolean).join(' ')}`,
      );
  }
  return findFfmpeg({
    platform: process.platform,
    env: host.env,
    ...(host.packagedDir === undefined ? {} : { packagedDir: host.packagedDir }),
    ...(process.platform === 'linux'
      ? { demuxers: [...new Set(kinds.map((kind) => LINUX_DEMUXER[kind]))] }
      : {}),
  });
}
