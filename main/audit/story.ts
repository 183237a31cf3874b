import type { AuditEntry, AuditEvent } from '../../contract/audit.ts';
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
      return `the recording was refused (${event.code}); nothing was captured`;
    case 'take.started':
      return `${event.channelId} opened, take ${event.take}${event.device === undefined ? '' : `, device ${event.device}`}`;
    case 'take.ended':
      return `${event.channelId} released, take ${event.take}, ${event.fragments} fragments (${event.reason})`;
    case 'channel.gap':
      return `${event.channelId} captured nothing for ${seconds(event.toMs - event.fromMs)} (${event.reason})`;
    case 'channel.lost':
      return `${event.channelId} was lost (${event.code})`;
    case 'session.paused':
      return `paused by ${event.by} at ${seconds(event.atMs)}; devices released`;
    case 'session.resumed':
      return `resumed ${event.by === undefined ? '' : `by ${event.by} `}at ${seconds(event.atMs)}`;
    case 'session.clock-stepped':
      return `the clock stepped by ${seconds(event.stepMs)} at ${seconds(event.atMs)}; every channel began a new take`;
    case 'session.stopped':
      return `stopped by ${event.by} after ${seconds(event.activeMs)} of recording`;
    case 'channel.delivered':
      return `${event.channelId} delivered and verified: ${event.fragments} fragments, ${event.bytes} bytes, SHA-256 ${event.digest.slice(0, 16)}…`;
    case 'channel.forgotten':
      return `${event.channelId} was live only and is forgotten: ${event.fragments} fragments passed on, ${event.dropped} dropped, nothing on disk`;
    case 'recording.purged':
      return `the copy on this device was purged, key first, ${event.files} files (${event.reason})`;
    case 'session.complete':
      return 'complete';
    case 'session.failed':
      return `failed (${event.code}); ${event.kept}`;
    default:
      return assertNever(event);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
