import type { ChannelView, SessionState } from '../../contract/bridge/snapshot.ts';
import { channelLine } from '../view/channel-line.ts';
import { channelName } from '../view/channel-name.ts';
import { KindIcon } from './icons.tsx';
import { LevelMeter } from './level-meter.tsx';

type Props = { readonly channel: ChannelView; readonly session: SessionState; readonly explained: boolean };

/** One channel while it is captured, and what became of it. */
export function ChannelRow({ channel, session, explained }: Props) {
  const { badge, tone, detail } = channelLine(channel, session, explained);
  const { name } = channelName(channel);
  const metered = channel.kind !== 'display' && (session === 'starting' || session === 'recording');
  return (
    <li className="row">
      <KindIcon kind={channel.kind} />
      <h3 title={channel.name}>{name}</h3>
      <span className={tone === 'plain' ? 'badge' : `badge badge-${tone}`}>{badge}</span>
      {detail === '' ? null : <p className="row-detail">{detail}</p>}
      {metered ? <LevelMeter name={name} levelDb={channel.levelDb} /> : null}
    </li>
  );
}
