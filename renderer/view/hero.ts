import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { assertNever } from '../../contract/result.ts';
import type { Face } from '../store/face.ts';
import { words } from '../words.ts';
import { clock, clockTime, line, span } from './format.ts';
import { isOpening, isRunning } from './states.ts';

/** The one big fact and the sentence under it. `elapsed` is where the fact is the time of the recording. */
export type Hero = { readonly fact: string | 'elapsed'; readonly sentence: string };

function recordingSentence(snapshot: Snapshot): string {
  if (isOpening(snapshot)) return words.starting.sentence;
  if (snapshot.lamp === 'off') return words.recording.nothing;
  const { title, startedAt, pausedMs } = snapshot.session;
  return line([
    title ?? (startedAt === null ? null : words.recording.started(clockTime(startedAt))),
    pausedMs >= 1000 ? words.recording.paused(clock(pausedMs)) : null,
  ]);
}

function deliveringSentence({ channels, delivery }: Snapshot): string {
  const left = delivery.undeliveredSeconds;
  if (left > 0) return words.delivering.left(span(left));
  const isCut = channels.some(({ cutBy }) => cutBy !== null);
  return isCut ? words.delivering.confirmingRest : words.delivering.confirming;
}

function heroOf(snapshot: Snapshot): Hero {
  const { session, lamp } = snapshot;
  switch (session.state) {
    case 'idle':
      return words.idle;
    case 'consenting':
      return words.consenting;
    case 'starting':
      return lamp === 'live' ? { fact: 'elapsed', sentence: recordingSentence(snapshot) } : words.starting;
    case 'recording':
      return { fact: 'elapsed', sentence: recordingSentence(snapshot) };
    case 'paused':
      return {
        fact: 'elapsed',
        sentence:
          lamp === 'paused' ? words.paused.sentence[session.pausedBy ?? 'person'] : words.paused.releasing,
      };
    case 'stopping':
      return words.stopping;
    case 'delivering':
      return { fact: words.delivering.fact, sentence: deliveringSentence(snapshot) };
    case 'complete':
      return { fact: words.complete.fact, sentence: words.complete.sentence(clock(session.activeMs)) };
    case 'failed':
      return words.failed;
    default:
      return assertNever(session.state);
  }
}

/** No sentence says that nothing is captured while the lamp says otherwise: the lamp follows the fragments. */
export function heroFor({ snapshot, connection }: Face): Hero {
  if (snapshot === null) return connection === 'lost' ? words.lost : words.seeking;
  const hero = heroOf(snapshot);
  return snapshot.lamp === 'live' && !isRunning(snapshot.session.state)
    ? { ...hero, sentence: snapshot.session.state === 'consenting' ? words.looking : words.stillLive }
    : hero;
}
