import type { TallylightError } from '../../contract/result.ts';
import type { Damage } from '../../main/vault/damage.ts';
import { onlyHere } from '../../main/vault/facts.ts';
import type { Recording } from '../../main/vault/recording.ts';

/** An error with all that is damaged, of which its words name the first places. */
export type DamagedError = TallylightError & { readonly damages?: readonly Damage[] };

/**
 * A `vault-damaged` with what the damage leaves of this recording, here and at the media service, and what can be done about it.
 */
export function withWhatIsLeft(error: TallylightError, recording: Recording): DamagedError {
  const { sessionId } = recording.facts();
  const isReceipt = recording.damage() === undefined && recording.damagedReceipt() === error.detail;
  if (isReceipt) return { ...error, ...OF_RECEIPTS, action: receiptSteps(recording) };
  const isAnyWhole = channelsOf(recording).some((id) => recording.fragments(id).length > 1);
  const exported = isAnyWhole ? [`\`tallylight export ${sessionId}\` writes what is whole here.`] : [];
  const damages = recording.damages();
  const steps = [
    ...(damages.length > 1 ? [damagesWords(damages)] : []),
    ...[wholeWords(recording), serviceWords(recording), ...exported, leftWords(recording)],
  ];
  return { ...error, action: steps.join(' '), damages };
}

/** Of a recording that does not open at all. */
export function withNothingLeft(error: TallylightError, sessionId: string): TallylightError {
  return {
    ...error,
    message: 'This recording does not open here.',
    action:
      'Do not delete it: where a backup of this disk has the file, put it back and verify again. ' +
      `\`tallylight audit --object ${sessionId}\` says whether it was delivered; then the media service holds it, and whoever runs your backend can fetch it there.`,
  };
}

/** Of a recording that was purged here after its delivery. */
export function withoutProof(error: TallylightError): TallylightError {
  return {
    ...error,
    message: 'What is left here of this recording, the proof of its delivery, is not as it was noted.',
    action:
      'The recording is not here any more, and the proof is for nothing else: whoever runs your backend can fetch the recording from the media service. Where a backup of this disk has the file, put it back.',
  };
}

const OF_RECEIPTS = {
  message: 'Every fragment of this recording is whole; a note of what was delivered is damaged.',
} as const;

function receiptSteps(recording: Recording): string {
  const { sessionId, delivered } = recording.facts();
  return delivered
    ? `${serviceWords(recording)} Nothing has to be done: \`tallylight export ${sessionId}\` writes all of it.`
    : `\`tallylight deliver\` sends again what is not known to be at the media service, which takes nothing twice, and notes it anew. \`tallylight export ${sessionId}\` writes all of it.`;
}

function channelsOf(recording: Recording): string[] {
  const { channels, erased = [] } = recording.facts();
  return channels.flatMap(({ id, mode }) => (mode === 'keep' && !erased.includes(id) ? [id] : []));
}

const MOST_NAMED = 8;

/** `Damaged: mic:default take 1 fragment 3; display:1 take 2 fragments 4 to 6; and 2 more places.` */
function damagesWords(damages: readonly Damage[]): string {
  const named = damages.slice(0, MOST_NAMED).map(damageWords);
  const more = damages.length - named.length;
  const rest = more === 0 ? [] : [`and ${more} more ${more === 1 ? 'place' : 'places'}, all with --json`];
  return `Damaged: ${[...named, ...rest].join('; ')}.`;
}

/** What is wrong at one place. */
export function damageWords({ what, detail, channelId, take, from, to }: Damage): string {
  const place = from === to ? detail : `${channelId} take ${take} fragments ${from} to ${to}`;
  return `${place}${KINDS[what]}`;
}

const KINDS: Readonly<Record<Damage['what'], string>> = {
  unreadable: '',
  unchained: ', which does not follow what is before it',
  foreign: ', before which is something that does not belong there',
  undecodable: ', whole, but not to be decoded without the first of the take',
  key: '',
  missing: '',
};

/** `Whole here: mic:default 2 of 4 fragments, 0.6 s.` How many there were is known of what ended. */
function wholeWords(recording: Recording): string {
  const { ended } = recording.facts();
  const each = channelsOf(recording).map((id) => {
    const held = recording.fragments(id);
    const then = ended?.stored.find(({ channel_id }) => channel_id === id)?.fragments;
    const seconds = held.reduce((sum, { header }) => sum + header.durationMs, 0) / 1000;
    return `${id} ${held.length}${then === undefined ? '' : ` of ${then}`} fragments, ${seconds.toFixed(1)} s`;
  });
  return `Whole here: ${each.join('; ')}.`;
}

/** `The media service holds all of mic:default, the first 3 fragments of display:1.` */
function serviceWords(recording: Recording): string {
  const facts = recording.facts();
  const cut = onlyHere(facts);
  const held = channelsOf(recording).flatMap((id) => {
    const part = cut.find(({ channelId }) => channelId === id);
    if (facts.delivered && part === undefined) return [`all of ${id}`];
    const count = part?.fragments ?? recording.receipted(id);
    return count === 0 ? [] : [`the first ${count} fragments of ${id}`];
  });
  if (held.length === 0) return 'Nothing of it is known to be at the media service.';
  const said = `The media service holds ${held.join(', ')}`;
  return facts.delivered ? `${said}: whoever runs your backend can fetch that there.` : `${said}.`;
}

function leftWords(recording: Recording): string {
  const kept = 'Do not delete it: where a backup of this disk has the file, put it back and verify again.';
  return recording.facts().delivered
    ? kept
    : `\`tallylight deliver\` sends what comes before the damage. ${kept}`;
}
