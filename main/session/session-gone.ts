import type { TallylightError } from '../../contract/result.ts';
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
      return {
        ...over,
        message: 'The media service does not know this session any more, so the recording was stopped.',
        action: 'Ask your admin whether it was deleted, then begin a new recording.',
      };
    case 'session-ended':
      return {
        ...over,
        message: 'The session was ended at the media service, so the recording was stopped.',
        action: 'Ask your admin why, then begin a new recording.',
      };
    default:
      return over;
  }
}

/** The same once it has stopped, and what was stored of it was erased where the service signed for its deletion. */
export function toldGone({ isDeleted }: Pick<Active, 'isDeleted'>, over: TallylightError): TallylightError {
  if (!isDeleted) return toldOver(over);
  return {
    ...over,
    message: 'The session was deleted at the media service: the recording was stopped and erased here too.',
    action: 'Begin a new recording.',
  };
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
