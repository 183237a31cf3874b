import type { ChannelKind } from '../../contract/channel.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import type { Permission, PermissionKind, Permissions } from '../../native-permissions/permission.ts';
import type { Host } from '../host.ts';
import { type Ffmpeg, type FfmpegSearch, findFfmpeg } from '../pipeline/ffmpeg-finder.ts';
import type { AgreedChannel } from './run.ts';
import type { ScreenProbe } from './screen-probe.ts';

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

export type PermittedParts = {
  readonly host: Pick<Host, 'env' | 'packagedDir'>;
  readonly permissions: Permissions;
  readonly platform: NodeJS.Platform;
  readonly find?: (search: FfmpegSearch) => Promise<Result<Ffmpeg>>;
};

/**
 * Whether the system lets these channels be captured, and the ffmpeg that can. Asks, opens no device. `unknown` is
 * not a refusal: the device itself is the judge then, and says so within seconds.
 */
export async function permitted(
  chosen: readonly AgreedChannel[],
  { host, permissions, platform, find = findFfmpeg }: PermittedParts,
): Promise<Result<Ffmpeg>> {
  const kinds = [...new Set(chosen.map(({ channel }) => channel.kind))];
  for (const kind of kinds) {
    const now = await permissions.status(PERMISSION[kind]);
    // Here, where a person has just agreed to exactly this, the system is asked, and a new try is a new witness.
    const isToBeAsked = now.nextStep?.kind === 'ask' || now.byCapture === true;
    const allowed = refusedBy(isToBeAsked ? await permissions.request(PERMISSION[kind]) : now);
    if (!allowed.ok) return allowed;
  }
  return find({
    platform,
    env: host.env,
    ...(host.packagedDir === undefined ? {} : { packagedDir: host.packagedDir }),
    ...(platform === 'linux' ? { demuxers: [...new Set(kinds.map((kind) => LINUX_DEMUXER[kind]))] } : {}),
  });
}

export type ShownParts = {
  readonly permissions: Permissions;
  readonly platform: NodeJS.Platform;
  readonly probe: ScreenProbe;
};

/**
 * Refuses where macOS says `granted` and the screens show nothing, as they do where the grant is for another copy of the
 * app. Opens displays for a moment, so that it comes after the receipt. Errors: `permission-denied`.
 */
export async function shown(
  chosen: readonly AgreedChannel[],
  { permissions, platform, probe }: ShownParts,
): Promise<Result<void>> {
  const displays = chosen.flatMap(({ channel }) => (channel.kind === 'display' ? [channel] : []));
  if (platform !== 'darwin' || displays.length === 0) return ok(undefined);
  const { state } = await permissions.status(PERMISSION.display);
  if (state !== 'granted') return ok(undefined);
  const seen = await probe(displays);
  if (seen === undefined) return ok(undefined);
  permissions.witness(PERMISSION.display, seen);
  return refusedBy(await permissions.status(PERMISSION.display));
}

/** `permission-denied` with what the person can do, where the system does not allow it; never for `unknown`. */
export function refusedBy({ kind, state, sentence, nextStep }: Permission): Result<void> {
  if (state !== 'denied' && state !== 'restricted') return ok(undefined);
  const action = [nextStep?.sentence, nextStep?.command].filter(Boolean).join(' ');
  const detail = [`${kind}: ${sentence}`, action].filter(Boolean).join(' ');
  if (nextStep === null) return fail('permission-denied', detail);
  return { ok: false, error: { ...errorOf('permission-denied', detail), action } };
}
