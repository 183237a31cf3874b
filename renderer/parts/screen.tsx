import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { assertNever } from '../../contract/result.ts';
import type { Ask } from '../store/connect.ts';
import type { Face } from '../store/face.ts';
import { consentOf } from '../view/consent.ts';
import { clock, count, dayTime } from '../view/format.ts';
import type { Note } from '../view/note.ts';
import { words } from '../words.ts';
import { Delivering, Failed, Outcome } from './after.tsx';
import { ChannelCard } from './channel-card.tsx';
import { ChoiceCard } from './choice-card.tsx';
import { Interrupted } from './interrupted.tsx';
import { Terms } from './terms.tsx';

type Props = {
  readonly snapshot: Snapshot;
  readonly face: Face;
  readonly note: Note | null;
  readonly ask: Ask;
};

function Facts({ snapshot, face }: Pick<Props, 'snapshot' | 'face'>) {
  const { state } = snapshot.session;
  const consent = consentOf(snapshot, face.calls);
  switch (state) {
    case 'idle':
    case 'consenting':
      return <Terms snapshot={snapshot} consent={consent} title={words.terms.title} />;
    case 'starting':
    case 'recording':
    case 'paused':
    case 'stopping':
      return snapshot.terms === null ? null : (
        <Terms snapshot={snapshot} consent={consent} title={words.terms.agreed} />
      );
    case 'delivering':
      return <Delivering snapshot={snapshot} />;
    case 'complete':
      return <Outcome snapshot={snapshot} />;
    case 'failed':
      return <Failed snapshot={snapshot} />;
    default:
      return assertNever(state);
  }
}

/** What belongs to the state of the session, under the big fact. */
export function Screen({ snapshot, face, note, ask }: Props) {
  const { state } = snapshot.session;
  const { pendingRecordings: pending, recovered, waits } = snapshot.delivery;
  return (
    <>
      {state === 'idle' || state === 'consenting' ? (
        <>
          <Interrupted snapshot={snapshot} calls={face.calls} ask={ask} />
          {recovered.map(({ sessionId, title, startedAt, activeMs }) => (
            <p className="pending" key={sessionId}>
              {words.recovered(clock(activeMs), words.recordingOf(title, dayTime(startedAt)))}
            </p>
          ))}
          <ChoiceCard snapshot={snapshot} calls={face.calls} ask={ask} />
        </>
      ) : (
        <ChannelCard snapshot={snapshot} note={note} calls={face.calls} ask={ask} />
      )}
      <div className="facts">
        <Facts snapshot={snapshot} face={face} />
        {waits === null ? null : <p className="pending">{words.spoken.waits[waits]}</p>}
        {pending > 0 ? <p className="pending">{words.pending(count(pending), pending)}</p> : null}
      </div>
    </>
  );
}
