import type { AuditEntry, AuditEvent } from '../../contract/audit.ts';
import { REMEDIES } from '../../contract/errors.ts';
import { assertNever } from '../../contract/result.ts';

/** One entry of the audit log as a sentence with its time, for people. */
export function storyLine(entry: AuditEntry): string {
  return `${entry.at}  ${entry.actor}: ${sentence(entry.event)}`;
}

function sentence(event: AuditEvent): string {
  switch (event.type) {
    case 'consent.given': {
      const { channels, purpose, retentionDays, recipients } = event.receipt.statement;
      const chosen = channels.map(
        (channel) => `${channel.id} ${channel.mode === 'keep' ? 'kept' : 'live only'}`,
      );
      const how = event.receipt.act === 'window' ? 'in the window' : 'by command line';
      const long = retentionDays === null ? 'until somebody deletes it' : `for ${retentionDays} days`;
      const kept = channels.some(({ mode }) => mode === 'keep') ? `kept ${long}` : 'nothing is kept';
      return `agreed ${how} to ${chosen.join(', ')}; for ${purpose}; ${kept}; goes to ${recipients.join(', ')}`;
    }
    case 'session.started':
      return `started recording ${event.channels.map((channel) => channel.id).join(', ')}`;
    case 'session.refused':
      return `the recording was refused; nothing was kept or sent${because(event.code)}`;
    case 'take.started':
      return `${event.channelId} opened, take ${event.take}${event.device === undefined ? '' : `, device ${event.device}`}`;
    case 'take.ended':
      return `${event.channelId} released, take ${event.take}, ${event.fragments} fragments${because(event.reason)}`;
    case 'channel.gap':
      return `${event.channelId} captured nothing for ${seconds(event.toMs - event.fromMs)}${because(event.reason)}`;
    case 'channel.lost':
      return `${event.channelId} was lost${because(event.code)}`;
    case 'channel.trouble':
      return `${event.channelId} records on and brings nothing of use${because(event.code)}`;
    case 'channel.recovered':
      return `${event.channelId} brings something of use again; before${because(event.code)}`;
    case 'session.paused':
      return `paused by ${event.by} at ${seconds(event.atMs)}; devices released`;
    case 'session.resumed':
      if (event.gapMs !== undefined)
        return `went on at ${seconds(event.atMs)} after a crash; ${seconds(event.gapMs)} were not captured`;
      return `resumed ${event.by === undefined ? '' : `by ${event.by} `}at ${seconds(event.atMs)}`;
    case 'session.clock-stepped':
      return `the clock stepped by ${seconds(event.stepMs)} at ${seconds(event.atMs)}; every channel began a new take`;
    case 'session.stopped':
      return `stopped by ${event.by} after ${seconds(event.activeMs)} of recording`;
    case 'channel.delivered': {
      const signed = event.receiptSha256 === undefined ? '' : ', signed for by the media service';
      return `${event.channelId} delivered and verified: ${event.fragments} fragments, ${event.bytes} bytes, SHA-256 ${event.digest.slice(0, 16)}…${signed}`;
    }
    case 'channel.cut':
      return `${event.channelId} delivered as far as the service took it: it holds ${event.fragments} fragments, ${event.bytes} bytes; ${event.left} fragments are kept only here${because(event.cutBy)}`;
    case 'channel.forgotten':
      return `${event.channelId} was live only and is forgotten: ${event.fragments} fragments passed on, ${event.dropped} dropped, nothing on disk`;
    case 'session.recovered':
      return `had been cut off; ${seconds(event.activeMs)} of recording were recovered`;
    case 'recording.exported':
      return `${event.channelIds.join(', ')} exported, in the clear, to ${event.files === 1 ? 'a file' : `${event.files} files`} of your own`;
    case 'recording.purged': {
      const what = event.channelId === undefined ? 'the copy' : `the copy of ${event.channelId}`;
      return `${what} on this device was purged, key first, ${event.files} files (${PURGED[event.reason]})`;
    }
    case 'consent.revoked': {
      const stored = event.erase ? 'what was stored of it goes' : 'what was stored of it stays';
      return `took back the consent to ${event.channelId} at ${seconds(event.atMs)}; ${stored}`;
    }
    case 'policy.changed': {
      const ended = event.ended.length === 0 ? 'everything goes on' : `ended ${event.ended.join(', ')}`;
      return `policy version ${event.toVersion} came into force after version ${event.fromVersion}; ${ended}`;
    }
    case 'policy.refused':
      return `the policy was refused, nothing is recorded under it (${event.reason})`;
    case 'trust.replaced':
      return `the media service at ${event.origin} signs with key ${event.toKid} from now on, as your backend says; before with ${event.fromKid}`;
    case 'audit.set-aside':
      return `the log of before was set aside by command, as it was, in ${event.folder} (${event.found}); ${event.entries} entries of it can be read`;
    case 'session.complete':
      return 'complete';
    case 'session.failed':
      return `failed; ${event.kept}${because(event.code)}`;
    default:
      return assertNever(event);
  }
}

const PURGED = {
  delivered: 'delivered',
  'deleted-by-person': 'deleted by the person',
  'deleted-at-service': 'deleted at the media service',
  'consent-revoked': 'consent taken back',
  'cut-short': 'begun earlier and cut short, finished now',
} as const;

/** Reasons that are no errors. */
const REASONS: Readonly<Record<string, string>> = {
  'default-changed': 'Another device became the default.',
  'display-changed': 'The display was moved or changed its size.',
  'cut-off': 'The recorder had ended unexpectedly.',
  'clock-stepped': 'The clock was set, or the machine stood still.',
};

/** A reason in the person's words; one without is no more than a state, e.g. `paused`. */
function because(reason: string): string {
  const words = isCode(reason) ? REMEDIES[reason].message : REASONS[reason];
  return words === undefined ? ` (${reason})` : `: ${words}`;
}

function isCode(reason: string): reason is keyof typeof REMEDIES {
  return Object.hasOwn(REMEDIES, reason);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
