import type { ChannelView, Snapshot } from '../../contract/bridge/snapshot.ts';
import type { ChannelMode } from '../../contract/channel.ts';
import type { CallUnderWay } from '../store/face.ts';
import { words } from '../words.ts';
import { channelName } from './channel-name.ts';

/** In the order they are offered. The contract's own list would bring its validator along. */
export const MODES = ['off', 'live', 'keep'] as const satisfies readonly ChannelMode[];

export type Choice = {
  readonly channel: ChannelView;
  readonly mode: ChannelMode;
  /** Whether a default device is followed; null: there is nothing to follow. */
  readonly follows: boolean | null;
};

/** Each channel with what is shown for it: what the person has just asked for, otherwise what main says. */
export function choicesOf(snapshot: Snapshot, calls: readonly CallUnderWay[]): readonly Choice[] {
  return snapshot.channels.map((channel) => {
    const asked = calls.findLast(
      (call) => call.name === 'channel.choose' && call.request.channelId === channel.id,
    );
    if (asked?.name !== 'channel.choose') return { channel, mode: channel.mode, follows: channel.follows };
    return { channel, mode: asked.request.mode, follows: asked.request.follow ?? channel.follows };
  });
}

/** A device that is followed is not called by what it is at present: that is not what one agrees to. */
function chosenName({ channel, follows }: Choice): string {
  const { name } = channelName(channel);
  if (follows !== true || channel.kind === 'display') return name;
  return words.summary.follows[channel.kind](name);
}

export function namesWith(choices: readonly Choice[], mode: ChannelMode): readonly string[] {
  return choices.filter((choice) => choice.mode === mode).map(chosenName);
}

/** `off` is everybody's right; the other two are the policy's to allow. */
export function isLocked(channel: ChannelView, mode: ChannelMode): boolean {
  return mode !== 'off' && !channel.allowed.includes(mode);
}

/** Why modes are locked and by whom, or null. Which rule of the policy it is shows in the modes it leaves. */
export function lockedWords(channel: ChannelView, organisation: string | null): string | null {
  const [live, keep] = [isLocked(channel, 'live'), isLocked(channel, 'keep')];
  if (!(live || keep)) return null;
  const by = policyWords(organisation);
  if (live && keep) return words.locked.forbidden(by);
  return live ? words.locked.stored(by) : words.locked.ephemeral(by);
}

/** The policy by its organisation, where that is known. */
export function policyWords(organisation: string | null): string {
  return organisation === null ? words.locked.policy : words.locked.policyOf(organisation);
}
