import type { Request } from '../../contract/bridge/bridge.ts';
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

/** What `session.agree` is told: exactly what is shown. Null where there is nothing one could agree to. */
export function agreementOf(
  snapshot: Snapshot,
  calls: readonly CallUnderWay[],
): Request<'session.agree'> | null {
  const channels = choicesOf(snapshot, calls).flatMap(({ channel, mode, follows }) =>
    mode === 'off' ? [] : [{ id: channel.id, mode, ...(follows === true ? { follow: true } : {}) }],
  );
  if (snapshot.terms === null || channels.length === 0) return null;
  return { channels, policyVersion: snapshot.terms.policyVersion };
}

/** Why nobody can agree at the moment, in words; null when they can. */
export function whyNotAgree(snapshot: Snapshot, calls: readonly CallUnderWay[]): string | null {
  if (agreementOf(snapshot, calls) !== null) return null;
  if (snapshot.channels.length === 0) return words.blocked.channels;
  if (snapshot.terms !== null) return words.blocked.chosen;
  return areTermsLate(snapshot) ? words.blocked.trouble : words.blocked.loading;
}

/** Whether the terms are missing for a reason, and not just on their way. */
export function areTermsLate({ terms, trouble, delivery }: Snapshot): boolean {
  return terms === null && (trouble !== null || delivery.connected === false);
}

/** `off` is everybody's right; the other two are the policy's to allow. */
export function isLocked(channel: ChannelView, mode: ChannelMode): boolean {
  return mode !== 'off' && !channel.allowed.includes(mode);
}

/** Which modes are locked and by whom, or null. */
export function lockedWords(channel: ChannelView, organisation: string | null): string | null {
  const locked = MODES.filter((mode) => isLocked(channel, mode));
  const by = organisation === null ? words.locked.policy : words.locked.policyOf(organisation);
  if (locked.length > 1) return words.locked.both(by);
  const [only] = locked;
  return only === undefined ? null : words.locked.one(words.mode[only], by);
}
