import type { ChannelKind } from '../../contract/channel.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import { inEnglish } from '../../contract/spoken/spoken.ts';
import type { Permission, PermissionKind, Permissions } from '../../native-permissions/permission.ts';
import type { Host } from '../host.ts';
import { type Ffmpeg, type FfmpegSearch, findFfmpeg } from '../pipeline/ffmpeg-finder.ts';
import { withdrawn } from './consent.ts';
import type { AgreedChannel } from './run.ts';
import type { Look, ScreenProbe } from './screen-probe.ts';

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
  /** Aborted where the consent is taken back: nobody is asked for anything more. */
  readonly signal: AbortSignal;
  readonly find?: (search: FfmpegSearch) => Promise<Result<Ffmpeg>>;
};

/**
 * Whether the system lets these channels be captured, and the ffmpeg that can. Asks, opens no device. `unknown` is
 * not a refusal: the device itself is the judge then, and says so within seconds.
 */
export async function permitted(
  chosen: readonly AgreedChannel[],
  { host, permissions, platform, signal, find = findFfmpeg }: PermittedParts,
): Promise<Result<Ffmpeg>> {
  const kinds = [...new Set(chosen.map(({ channel }) => channel.kind))];
  for (const kind of kinds) {
    const now = await permissions.status(PERMISSION[kind]);
    if (signal.aborted) return withdrawn();
    // Here, where a person has just agreed to exactly this, the system is asked, and a new try is a new witness.
    const isToBeAsked = now.nextStep?.kind === 'ask' || now.byCapture === true;
    const allowed = refusedBy(isToBeAsked ? await permissions.request(PERMISSION[kind]) : now);
    if (!allowed.ok) return allowed;
  }
  if (signal.aborted) return withdrawn();
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
  readonly look: Look;
};

/**
 * Refuses where macOS says `granted` and the screens show nothing, as they do where the grant is for another copy of the
 * app. Opens displays for a moment, so that it comes after the receipt. Errors: `permission-denied`.
 */
export async function shown(
  chosen: readonly AgreedChannel[],
  { permissions, platform, probe, look }: ShownParts,
): Promise<Result<void>> {
  const displays = chosen.flatMap(({ channel }) => (channel.kind === 'display' ? [channel] : []));
  if (platform !== 'darwin' || displays.length === 0) return ok(undefined);
  const { state } = await permissions.status(PERMISSION.display);
  if (state !== 'granted') return ok(undefined);
  const seen = await probe(displays, look);
  if (seen === undefined) return ok(undefined);
  permissions.witness(PERMISSION.display, seen);
  return refusedBy(await permissions.status(PERMISSION.display));
}

/** Whether the system does not let anything of this kind be captured; not to know is no refusal. */
export function isRefused({ state }: Pick<Permission, 'state'>): boolean {
  return state === 'denied' || state === 'restricted';
}

/** `permission-denied` with what the person can do, where the system does not allow it. */
export function refusedBy(permission: Permission): Result<void> {
  if (!isRefused(permission)) return ok(undefined);
  const { kind, said, nextStep } = permission;
  const action =
    nextStep === null ? '' : [inEnglish(nextStep.said), nextStep.command].filter(Boolean).join(' ');
  const detail = [`${kind}: ${inEnglish(said)}`, action].filter(Boolean).join(' ');
  if (nextStep === null) return fail('permission-denied', detail);
  return { ok: false, error: { ...errorOf('permission-denied', detail), action } };
}
