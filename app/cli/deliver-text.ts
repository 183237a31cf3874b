import type { AuditEvent } from '../../contract/audit.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import { isSessionGone } from '../../main/delivery/session-over.ts';
import { onlyHere, type RecordingFacts } from '../../main/vault/facts.ts';
import { type Printer, sizeText } from './print.ts';

export type Delivered = {
  /** What was known before it began. */
  readonly before: RecordingFacts;
  /** What was done, as the audit log has it. */
  readonly events: readonly AuditEvent[];
  /** What is to be told besides. */
  readonly troubles: readonly TallylightError[];
};

/** Says what became of it, and answers the exit code. */
export function tellDelivered({ before, events, troubles }: Delivered, out: Printer): number {
  const { sessionId: id } = before;
  const purged = events.filter((event) => event.type === 'recording.purged');
  const deleted = purged.filter(({ reason }) => reason === 'deleted-at-service');
  if (deleted.some(({ channelId }) => channelId === undefined)) {
    out.line(`${id} was deleted at the media service, so it is erased here too.`, { event: 'erased', id });
    return 0;
  }
  for (const { channelId = null } of deleted)
    out.line(`${channelId} of it was deleted at the media service, so it is erased here too.`, {
      ...{ event: 'erased', id, channel: channelId },
    });
  if (before.delivered)
    out.line(`${id} was delivered before; nothing is left to send.`, {
      event: 'delivered',
      id,
      before: true,
    });
  else tellChannels(id, events, out);
  if (purged.some(({ reason }) => reason === 'delivered'))
    out.note('The copy of what was delivered is removed from this device, as agreed.');
  const rest = before.delivered ? onlyHere(before).map(({ channelId, code }) => `${channelId}: ${code}`) : [];
  const cut = rest.length > 0 ? errorOf('delivery-cut', rest.join(', ')) : undefined;
  // That a part cannot be read says why not everything was sent.
  const [damage, incomplete] = (['vault-damaged', 'delivery-cut'] as const).map((code) =>
    troubles.find((trouble) => trouble.code === code),
  );
  const trouble = damage ?? cut ?? incomplete ?? troubles.at(-1);
  return trouble === undefined ? 0 : out.failed(trouble);
}

function tellChannels(id: string, events: readonly AuditEvent[], out: Printer): void {
  const channels = events.flatMap((event) => {
    if (event.type !== 'channel.delivered' && event.type !== 'channel.cut') return [];
    const { channelId, fragments, bytes } = event;
    return [{ id: channelId, fragments, bytes, left: event.type === 'channel.cut' ? event.left : 0 }];
  });
  const held = channels.map(({ id: channel, fragments, bytes, left }) => {
    const count = left === 0 ? `${fragments} fragments` : `${fragments} of ${fragments + left} fragments`;
    return `${channel} ${count}, ${sizeText(bytes)}`;
  });
  const isCut = events.some(({ type }) => type === 'channel.cut');
  out.line(
    `${id} is delivered${isCut ? ' in part' : ''} and verified: ${held.join('; ') || 'nothing was kept of it'}. The media service signed for it.`,
    { event: 'delivered', id, before: false, channels },
  );
}

/** What is wrong here and not on the way. */
const LOCAL: ReadonlySet<ErrorCode> = new Set([
  ...(['recording-unknown', 'key-elsewhere', 'vault-damaged', 'vault-unwritable', 'disk-full'] as const),
  ...(['audit-broken', 'disk-read-only'] as const),
]);

/** Says why it is still here and what to do, and answers the exit code. */
export function tellUndelivered(reason: TallylightError, out: Printer): number {
  if (LOCAL.has(reason.code)) return out.failed(reason);
  const { code, detail } = reason;
  const because = detail === undefined ? code : `${code}, ${detail}`;
  if (isSessionGone(reason)) return out.failed(errorOf('delivery-cut', because));
  if (code === 'delivery-incomplete') return out.failed({ ...errorOf(code), action: nextStep(reason) });
  const waits = errorOf('delivery-incomplete', because);
  const message = `${waits.message} ${reason.message}`;
  return out.failed({ ...waits, message, action: nextStep(reason) });
}

function nextStep({ code, action }: TallylightError): string {
  switch (code) {
    case 'token-expired':
    case 'not-authorised':
    case 'token-foreign':
    case 'proof-refused':
      return 'Ask your backend for a new token for this session, and give this command again with it.';
    case 'delivery-incomplete':
      return 'Give this command again: it goes on where it was.';
    case 'service-unreachable':
      return 'Check the connection and the address, then give this command again.';
    default:
      return action;
  }
}
