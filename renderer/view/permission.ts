import type { Request } from '../../contract/bridge/bridge.ts';
import type { ChannelView, PermissionView, Snapshot } from '../../contract/bridge/snapshot.ts';
import type { ChannelKind } from '../../contract/channel.ts';
import { words } from '../words.ts';
import { isChoosing, isRunning } from './states.ts';

/** A permission that keeps a channel from being captured, or may, and the channel that it is about. */
export type PermissionQuestion = {
  readonly permission: PermissionView;
  /** Null where the system lets us see no channel of that kind at all. */
  readonly channel: ChannelView | null;
};

export type StepCall =
  | { readonly name: 'permission.request'; readonly request: Request<'permission.request'> }
  | { readonly name: 'permission.open-settings'; readonly request: Request<'permission.open-settings'> }
  | { readonly name: 'app.reopen'; readonly request: Request<'app.reopen'> };

const PERMITS: Readonly<Record<PermissionView['kind'], ChannelKind>> = {
  microphone: 'mic',
  'screen-capture': 'display',
  'system-audio': 'system_audio',
};

export function isRefused({ state }: PermissionView): boolean {
  return state === 'denied' || state === 'restricted';
}

/** What the system says of a kind of channel that it does not allow. */
export function refusalOf(kind: ChannelKind, { permissions }: Snapshot): PermissionView | undefined {
  return permissions.find((one) => PERMITS[one.kind] === kind && isRefused(one));
}

/** Not to know is a question only where there is something one can do. */
function isOpen({ state, nextStep }: PermissionView): boolean {
  return state !== 'granted' && (state !== 'unknown' || nextStep !== null);
}

/** For each permission the channel the person chose, one in trouble first. */
function concerned(snapshot: Snapshot): PermissionQuestion[] {
  return snapshot.permissions.filter(isOpen).flatMap((permission) => {
    const chosen = snapshot.channels.filter(
      ({ kind, mode }) => kind === PERMITS[permission.kind] && mode !== 'off',
    );
    const channel = chosen.find(({ trouble }) => trouble !== null) ?? chosen[0];
    return channel === undefined ? [] : [{ permission, channel }];
  });
}

/** What cannot be captured as it is, of what the person chose; null where nothing stands in the way. */
export function standsInTheWay(snapshot: Snapshot): PermissionQuestion | null {
  const questions = concerned(snapshot);
  const refused = questions.find(({ permission }) => isRefused(permission)) ?? null;
  const { state } = snapshot.session;
  if (isChoosing(state))
    return refused ?? questions.find(({ permission }) => permission.state === 'not-determined') ?? null;
  // What has ended is explained, and not warned of.
  const isExplained = snapshot.trouble !== null || (refused?.channel?.trouble ?? null) !== null;
  return isRunning(state) || isExplained ? refused : null;
}

/** What may turn out not to be captured, and what is not even listed because the system refuses it. */
export function mayStandInTheWay(snapshot: Snapshot): PermissionQuestion | null {
  const questions = concerned(snapshot);
  if (!isChoosing(snapshot.session.state))
    return questions.find(({ channel }) => channel !== null && channel.trouble !== null) ?? null;
  const kinds = new Set(snapshot.channels.map(({ kind }) => kind));
  const unlisted = snapshot.permissions.find(
    (permission) => isRefused(permission) && !kinds.has(PERMITS[permission.kind]),
  );
  return questions[0] ?? (unlisted === undefined ? null : { permission: unlisted, channel: null });
}

/** Whether the system has come to allow everything that is chosen, as far as it says. */
export function isAllowedByNow({ channels, permissions }: Snapshot): boolean {
  const chosen = new Set(channels.flatMap(({ kind, mode }) => (mode === 'off' ? [] : [kind])));
  const asked = permissions.filter(({ kind }) => chosen.has(PERMITS[kind]));
  return asked.length > 0 && asked.every(({ state }) => state === 'granted');
}

type Step = { readonly call: StepCall; readonly label: { readonly ready: string; readonly busy: string } };

/** The one button of a next step; null where only the person themselves can take it. */
export function stepOf({ kind, nextStep }: PermissionView, canReopen: boolean): Step | null {
  const settings = {
    call: { name: 'permission.open-settings', request: { kind } },
    label: words.permission.step.settings,
  } as const;
  const reopen = canReopen
    ? ({ call: { name: 'app.reopen', request: {} }, label: words.permission.step.reopen } as const)
    : null;
  switch (nextStep?.kind) {
    case 'ask':
      // The system asks by itself when the recording begins; there is nothing that would make it ask before.
      if (kind === 'system-audio') return null;
      return { call: { name: 'permission.request', request: { kind } }, label: words.permission.step.ask };
    case 'open-settings':
      return settings;
    case 'quit-and-reopen':
      return reopen;
    case 'reset':
      // Without a line to run it is done in the settings.
      return nextStep.command === undefined ? settings : reopen;
    case 'ask-admin':
    case 'other':
    case undefined:
      return null;
  }
}
