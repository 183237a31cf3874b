import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Ask } from '../store/connect.ts';
import type { CallUnderWay } from '../store/face.ts';
import type { Note } from '../view/note.ts';
import { revokeOf } from '../view/revoke.ts';
import { words } from '../words.ts';
import { ChannelRow } from './channel-row.tsx';

type Props = {
  readonly snapshot: Snapshot;
  readonly note: Note | null;
  readonly calls: readonly CallUnderWay[];
  readonly ask: Ask;
};

/** The channels that were agreed to; the others are not captured and not shown. */
export function ChannelCard({ snapshot, note, calls, ask }: Props) {
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
            snapshot={snapshot}
            explained={note?.channelId === channel.id}
            revoke={revokeOf(channel, snapshot, calls)}
            ask={ask}
          />
        ))}
      </ul>
    </section>
  );
}
