import type { ServiceAuditEntry } from '../../contract/audit.ts';
import { REMEDIES } from '../../contract/errors.ts';

/** What is done, as `noun.verb` of the log, in words that go on from who did it. */
const DEEDS: { readonly [action: string]: string } = {
  'admin.sign-in': 'signed in to the console',
  'admin.sign-out': 'signed out of the console',
  'admin.confirm': 'gave the password again',
  'admin.create': 'made the admin',
  'admin.password': 'set the password of',
  'auth.burst': 'tried again and again',
  'auth.refused': 'called without being recognised',
  'audit.read': 'read the audit log',
  'audit.verify': 'verified the audit log',
  'audit.head': 'took the head of the audit log',
  'backup.verify': 'verified the backup',
  'collection.create': 'made a collection',
  'collection.delete': 'deleted the collection',
  'collection.list': 'listed the collections',
  'collection.read': 'looked at the collection',
  'consent.revoke': 'took consent back in',
  'copy.failed': 'sent or made the second copy of',
  'copy.left': 'deleted here what may lie at a destination still, the recording',
  'copy.list': 'listed the second copies',
  'copy.made': 'made a second copy of',
  'copy.put-together': 'put together for its destination',
  'copy.removed': 'removed the second copy of',
  'copy.restored': 'put back from its second copy the stream',
  'copy.send': 'asked to send to its destination',
  'copy.sent': 'sent to its destination',
  'credentials.fetched': 'took out the credentials to send',
  'credentials.purged': 'was done with the credentials that sent',
  'destination.read': 'looked at where copies go of',
  'destination.remove': 'ended the destination of copies of',
  'destination.set': 'said where copies go of',
  'destination.test': 'tried out where copies go of',
  'events.listen': 'asked to listen to the events of',
  'confirmation.create': 'confirmed with a password',
  'fragment.deliver': 'delivered to the stream',
  'key.create': 'made an API key',
  'key.list': 'listed the API keys',
  'key.revoke': 'revoked the API key',
  'key.rotate': 'rotated the API key',
  'person.erase': 'erased everything of a person',
  'person.export': 'exported everything of a person',
  'policy.change': 'put a new policy into force in',
  'policy.read': 'read the policy of',
  'recording.export': 'handed out in an archive the recording',
  'request.read': 'looked at a request of a person',
  'request.list': 'listed the requests of persons',
  'retention.read': 'looked at what a sweep would delete',
  'retention.sweep': 'started a retention sweep',
  'rtstream.list': 'asked what arrived of the stream',
  'rtstream.listen': 'listened to the live stream',
  'session.create': 'made a session',
  'session.delete': 'deleted the session',
  'session.expire': 'deleted by retention the session',
  'retention.wait': 'was to delete what is old, but waits:',
  'session.export': 'exported the session',
  'session.list': 'listed sessions',
  'session.look': 'looked at its session',
  'session.pause': 'paused the session',
  'session.read': 'looked at the session',
  'session.resume': 'resumed the session',
  'session.revoke': 'revoked the tokens of the session',
  'session.start': 'started a session',
  'session.stop': 'stopped the session',
  'service.backed-up': 'backed the service up as',
  'service.restored': 'restored the service from the backup',
  'token.create': 'gave out a client token',
  'token.renew': 'renewed its client token',
  'unknown.call': 'called something that is not there',
  'video.delete': 'deleted the recording',
  'video.digest': 'read the digest of the recording',
  'video.download': 'downloaded the recording',
  'video.list': 'listed recordings',
  'video.read': 'looked at the recording',
  'webhook.change': 'changed where events are sent',
  'webhook.list-dead': 'listed the events that were not delivered',
  'webhook.read': 'looked at where events are sent',
  'webhook.resend': 'sent again the event',
  'webhook.rotate': 'made a new secret for events',
};

const ACTORS: { readonly [kind: string]: string } = {
  key: 'API key',
  token: 'Client',
  bearer: 'Client without proof of possession',
  admin: 'Admin',
};

/** Who did something, and by which id. */
export function actorWords(actor: string): { readonly words: string; readonly id: string } {
  if (actor === 'operator') return { words: 'The command line of the service', id: '' };
  if (actor === 'system') return { words: 'The service', id: '' };
  if (actor === 'nobody') return { words: 'Somebody unknown', id: '' };
  const cut = actor.indexOf(':');
  const words = ACTORS[actor.slice(0, Math.max(cut, 0))];
  return words === undefined ? { words: '', id: actor } : { words, id: actor.slice(cut + 1) };
}

/** What was done, or was not: `deleted the recording`, `was refused: deleted the recording`. */
export function deedWords({ action, outcome }: Pick<ServiceAuditEntry, 'action' | 'outcome'>): string {
  const deed = DEEDS[action] ?? action;
  if (outcome === 'done') return deed;
  return outcome === 'refused' ? `was refused: ${deed}` : `failed: ${deed}`;
}

/** Why it came out so: an error code in words, anything else as it is. */
export function reasonWords(reason: string): string {
  return remedyOf(reason)?.message ?? reason;
}

/** What to do about it; empty where the reason is no error code. */
export function remedyWords(reason: string): string {
  return remedyOf(reason)?.action ?? '';
}

function remedyOf(reason: string) {
  return Object.entries(REMEDIES).find(([code]) => code === reason)?.[1];
}
