import { meant, type TallylightError } from '../../contract/result.ts';
import { isSessionGone } from '../delivery/session-over.ts';
import type { Active } from './active.ts';
import { type DeletionParts, eraseOneDeleted } from './deletions.ts';
import type { StopReason } from './machine.ts';

/** The answer may be that the token is of no use either. */
const ATTEMPTS_AT_DELETIONS = 2;

/** Who ends a recording whose session is over for the service. */
export function enderOf(over: TallylightError): StopReason {
  return isSessionGone(over) ? 'service' : 'policy';
}

/** What it means in the middle of a recording that the session is over for the service. */
export function toldOver(over: TallylightError): TallylightError {
  switch (over.code) {
    case 'session-unknown':
      return meant(over, 'session-forgotten');
    case 'session-ended':
      return meant(over, 'session-ended-there');
    default:
      return over;
  }
}

/** The same once it has stopped, and what was stored of it was erased where the service signed for its deletion. */
export function toldGone({ isDeleted }: Pick<Active, 'isDeleted'>, over: TallylightError): TallylightError {
  return isDeleted ? meant(over, 'session-deleted') : toldOver(over);
}

/** Whether anything of it lies here. */
export function isHeldHere({ channels, recording }: Pick<Active, 'channels' | 'recording'>): boolean {
  return channels.some(({ channel }) => (recording?.fragments(channel.id).length ?? 0) > 0);
}

/** What cannot be delivered, as its session is gone, goes here only where the service signed that it was deleted. */
export async function eraseWhereDeleted(active: Active, parts: DeletionParts): Promise<void> {
  const { recording, grant, client, exchange } = active;
  if (recording === undefined) return;
  const source = {
    server: grant.server,
    ask: (request: Parameters<typeof client.deletions>[1]) =>
      exchange.insist((token) => client.deletions(token, request), ATTEMPTS_AT_DELETIONS),
  };
  active.isDeleted = await eraseOneDeleted(recording, source, parts);
}
