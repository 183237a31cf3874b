import type { Request } from '../../contract/bridge/bridge.ts';
import type { ChannelView, Snapshot } from '../../contract/bridge/snapshot.ts';
import type { CallUnderWay } from '../store/face.ts';
import { words } from '../words.ts';
import { isRevoked } from './midway.ts';

/** One way to take the consent back: its button, what it means, and the call. */
export type RevokeWay = {
  readonly label: string;
  readonly means: string;
  readonly request: Request<'consent.revoke'>;
};

export type Revoke = {
  readonly ways: readonly RevokeWay[];
  /** Asked for, not answered yet. */
  readonly busy: boolean;
};

/** How the consent to a channel can be taken back now, or null. After the recording only what is kept is left to stop. */
export function revokeOf(
  channel: ChannelView,
  { session, channels }: Snapshot,
  calls: readonly CallUnderWay[],
): Revoke | null {
  const { id, mode, state } = channel;
  const isCaptured = session.state === 'recording' || session.state === 'paused';
  if (mode === 'off' || isRevoked(channel) || (mode === 'live' && state === 'lost')) return null;
  if (!isCaptured && !(session.state === 'delivering' && mode === 'keep')) return null;

  const asked = calls.find((call) => call.name === 'consent.revoke' && call.request.channelId === id);
  const erasing = asked?.name === 'consent.revoke' ? asked.request.erase : undefined;
  const others = isCaptured && channels.some((one) => one.id !== id && one.mode !== 'off' && !isRevoked(one));
  const stopMeans = isCaptured ? words.revoke.means[mode] : words.revoke.means.delivering;
  const stop = {
    label: words.revoke.stop[erasing === false ? 'busy' : 'ready'],
    means: others ? `${stopMeans} ${words.revoke.others}` : stopMeans,
    request: { channelId: id, erase: false },
  };
  const erase = {
    label: words.revoke.erase[erasing === true ? 'busy' : 'ready'],
    means: words.revoke.means.erase,
    request: { channelId: id, erase: true },
  };
  return { ways: mode === 'keep' ? [stop, erase] : [stop], busy: asked !== undefined };
}
