import type { ChannelView, Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Ask } from '../store/connect.ts';
import { channelLine } from '../view/channel-line.ts';
import { channelName } from '../view/channel-name.ts';
import { isRevoked } from '../view/midway.ts';
import type { Revoke } from '../view/revoke.ts';
import { KindIcon } from './icons.tsx';
import { LevelMeter } from './level-meter.tsx';
import { RevokeConsent } from './revoke-consent.tsx';

type Props = {
  readonly channel: ChannelView;
  readonly snapshot: Snapshot;
  readonly explained: boolean;
  readonly revoke: Revoke | null;
  readonly ask: Ask;
};

/** One channel while it is captured, and what became of it. */
export function ChannelRow({ channel, snapshot, explained, revoke, ask }: Props) {
  const { badge, tone, detail } = channelLine(channel, snapshot, explained);
  const { name } = channelName(channel);
  const session = snapshot.session.state;
  const metered =
    channel.kind !== 'display' && !isRevoked(channel) && (session === 'starting' || session === 'recording');
  return (
    <li className="row">
      <KindIcon kind={channel.kind} />
      <h3 title={channel.name}>{name}</h3>
      <span className={tone === 'plain' ? 'badge' : `badge badge-${tone}`}>{badge}</span>
      {detail === '' ? null : <p className="row-detail">{detail}</p>}
      {metered ? <LevelMeter name={name} levelDb={channel.levelDb} /> : null}
      {revoke === null ? null : <RevokeConsent name={name} revoke={revoke} ask={ask} />}
    </li>
  );
}
