import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { assertNever } from '../../contract/result.ts';
import type { Face } from '../store/face.ts';
import { words } from '../words.ts';
import { channelName } from './channel-name.ts';
import { countsOf } from './counts.ts';
import { TOLD_MINUTES } from './ending.ts';
import { count, listOf } from './format.ts';
import { isRevoked } from './midway.ts';
import { isOffline, noteFor } from './note.ts';
import { isOpening, isRunning } from './states.ts';

function recordingWords(snapshot: Snapshot): string {
  if (isOpening(snapshot)) return words.starting.fact;
  switch (snapshot.lamp) {
    case 'live':
      return words.announce.live(listOf(countsOf(snapshot).map(({ text }) => text)));
    case 'trouble':
      return words.announce.trouble;
    case 'off':
    case 'paused':
      return words.announce.still;
    default:
      return assertNever(snapshot.lamp);
  }
}

function stateWords(snapshot: Snapshot): string {
  if (snapshot.lamp === 'live' && !isRunning(snapshot.session.state)) return words.stillLive;
  switch (snapshot.session.state) {
    case 'idle':
      return words.announce.idle;
    case 'consenting':
      return words.consenting.sentence;
    case 'starting':
      return snapshot.lamp === 'live' ? recordingWords(snapshot) : words.starting.fact;
    case 'recording':
      return recordingWords(snapshot);
    case 'paused':
      return snapshot.lamp === 'paused'
        ? words.announce.paused[snapshot.session.pausedBy ?? 'person']
        : words.paused.releasing;
    case 'stopping':
      return words.stopping.fact;
    case 'delivering':
      return words.announce.delivering;
    case 'complete':
      return words.announce.complete;
    case 'failed':
      return words.announce.failed;
    default:
      return assertNever(snapshot.session.state);
  }
}

/** The channels for which the person took their consent back. */
export function revokedNames(snapshot: Snapshot | null): string {
  return listOf((snapshot?.channels ?? []).filter(isRevoked).map((channel) => channelName(channel).name));
}

/**
 * What a screen reader is told: the same words for as long as the state is the same, so it is told once. `isEnding`:
 * the recording ends by itself within minutes.
 */
export function announcementFor(face: Face, isEnding = false): string {
  const { snapshot, connection } = face;
  if (snapshot === null) return connection === 'lost' ? words.announce.lost : '';
  const said = [stateWords(snapshot)];
  const note = noteFor(face);
  // An alert tells itself.
  if (note !== null && note.subject === 'permission' && !note.alert) said.push(note.message);
  const revoked = revokedNames(snapshot);
  if (revoked !== '') said.push(words.announce.revoked(revoked));
  if (isEnding) said.push(words.ending.announce(count(TOLD_MINUTES)));
  if (isOffline(snapshot)) said.push(words.announce.offline);
  return said.join(' ');
}
