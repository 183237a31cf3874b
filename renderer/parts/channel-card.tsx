import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Note } from '../view/note.ts';
import { words } from '../words.ts';
import { ChannelRow } from './channel-row.tsx';

type Props = { readonly snapshot: Snapshot; readonly note: Note | null };

/** The channels that were agreed to; the others are not captured and not shown. */
export function ChannelCard({ snapshot, note }: Props) {
  const channels = snapshot.channels.filter(({ mode }) => mode !== 'off');
  if (channels.length === 0) return null;
  return (
    <section className="channels" aria-labelledby="channels-title">
      <h2 id="channels-title" className="unseen">
        {words.channels.title}
      </h2>
      <ul className="card">
        {channels.map((channel) => (
          <ChannelRow
            key={channel.id}
            channel={channel}
            session={snapshot.session.state}
            explained={note?.channelId === channel.id}
          />
        ))}
      </ul>
    </section>
  );
}
