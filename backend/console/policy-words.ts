import { CHANNEL_KINDS, type ChannelKind } from '../../contract/channel.ts';
import { type ChannelRule, type Policy, stricterRule } from '../../contract/policy.ts';
import { capital, count, listed, minutes } from './parts/words.ts';

export type NewPolicy = Omit<Policy, 'version'>;

export const KINDS: {
  readonly [K in ChannelKind]: {
    readonly name: string;
    readonly one: string;
    readonly many: string;
    readonly are: string;
  };
} = {
  mic: { name: 'Microphone', one: 'a microphone', many: 'microphones', are: 'are' },
  system_audio: { name: 'System audio', one: 'system audio', many: 'system audio', are: 'is' },
  display: { name: 'Display', one: 'a display', many: 'displays', are: 'are' },
};

const RULE_WORDS: { readonly [R in ChannelRule]: (kind: (typeof KINDS)[ChannelKind]) => string } = {
  forbidden: ({ many, are }) => `${capital(many)} ${are} never recorded.`,
  ephemeral: ({ many, are }) => `${capital(many)} ${are} live only: processed now, never written to a disk.`,
  choose: ({ many }) => `For ${many} the person chooses: off, live only or kept.`,
  stored: ({ many, are }) =>
    `${capital(many)} ${are} kept whenever recorded; the person may still leave ${many} off.`,
};

function quoted(words: string): string {
  return `“${words}”`;
}

/** What a policy means, one sentence for each thing it decides. */
export function meaningOf(policy: NewPolicy): string[] {
  const { retentionDays: days, maxSessionMinutes: longest, recipients, tokenMaxSeconds } = policy;
  return [
    ...CHANNEL_KINDS.map((kind) => RULE_WORDS[policy.channels[kind]](KINDS[kind])),
    days === null
      ? 'What is kept stays until somebody deletes it.'
      : `What is kept is deleted after ${count(days, 'day')}.`,
    longest === null
      ? 'A session may last as long as the person likes.'
      : `A session ends by itself ${minutes(longest)} after its start.`,
    `Before agreeing the person reads that the purpose is “${policy.purpose}”, and that ${listed(recipients.map(quoted))} ${recipients.length === 1 ? 'gets' : 'get'} what is recorded.`,
    policy.localCopy === 'keep'
      ? 'The encrypted copy stays on the person’s device.'
      : 'The encrypted copy on the person’s device is removed once all of it has arrived here.',
    policy.pauseOnLock === true
      ? 'Locking the screen pauses the recording.'
      : 'Locking the screen does not pause the recording.',
    `A client token lives ${count(tokenMaxSeconds, 'second')} at most.`,
    policy.bearerClients
      ? 'Clients that cannot prove that a token is theirs, as the official SDK, may record; a stolen token of theirs can be used until it expires.'
      : 'Only clients that prove that a token is theirs may record.',
  ];
}

/** What the sessions of a collection do at present, as far as a new policy touches it. */
export type UnderWay = {
  /** Sessions that record this kind of channel in one of these modes, taken back ones excepted. */
  readonly recording: (kind: ChannelKind, modes: readonly ('live' | 'keep')[]) => number;
  /** Sessions that have lasted longer than these minutes. */
  readonly longerThan: (minutes: number) => number;
  /** Sessions that the next sweep would delete. */
  readonly due: number;
};

/** What a new policy changes, also for sessions that are under way; empty where it is the same. */
export function changesOf(from: Policy, to: NewPolicy, now: UnderWay): string[] {
  return [
    ...CHANNEL_KINDS.flatMap((kind) => channelChange(kind, from.channels[kind], to.channels[kind], now)),
    ...retentionChange(from.retentionDays, to.retentionDays, now),
    ...lengthChange(from.maxSessionMinutes, to.maxSessionMinutes, now),
    ...(from.organisation === to.organisation
      ? []
      : [`The organisation is now called “${to.organisation}”.`]),
    ...(from.purpose === to.purpose
      ? []
      : [`The purpose shown to the person changes from “${from.purpose}” to “${to.purpose}”.`]),
    ...(from.recipients.join('\n') === to.recipients.join('\n')
      ? []
      : [
          `The recipients shown change from ${listed(from.recipients.map(quoted))} to ${listed(to.recipients.map(quoted))}.`,
        ]),
    ...(from.localCopy === to.localCopy
      ? []
      : [
          to.localCopy === 'keep'
            ? 'From now on the copy on the person’s device stays after delivery.'
            : 'From now on the copy on the person’s device is removed after delivery.',
        ]),
    ...((from.pauseOnLock ?? false) === (to.pauseOnLock ?? false)
      ? []
      : [`Locking the screen will ${to.pauseOnLock === true ? '' : 'no longer '}pause the recording.`]),
    ...(from.tokenMaxSeconds === to.tokenMaxSeconds
      ? []
      : [`New client tokens live ${to.tokenMaxSeconds} seconds at most instead of ${from.tokenMaxSeconds}.`]),
    ...(from.bearerClients === to.bearerClients
      ? []
      : [
          to.bearerClients
            ? 'Clients that cannot prove that a token is theirs may record from now on.'
            : 'Clients that cannot prove that a token is theirs may no longer begin to record.',
        ]),
  ];
}

const NEW_RULE: { readonly [R in ChannelRule]: (kind: (typeof KINDS)[ChannelKind]) => string } = {
  forbidden: ({ many }) => `${capital(many)} will no longer be recorded.`,
  ephemeral: ({ many }) => `${capital(many)} will be live only and no longer be kept.`,
  choose: ({ many }) => `For ${many} the person will choose between off, live only and kept.`,
  stored: ({ many }) => `${capital(many)} will always be kept when recorded.`,
};

function channelChange(kind: ChannelKind, from: ChannelRule, to: ChannelRule, now: UnderWay): string[] {
  if (from === to) return [];
  const words = KINDS[kind];
  const ended = now.recording(kind, MODES_LOST[to]);
  const first = NEW_RULE[to](words);
  if (ended > 0)
    return [
      `${first} ${capital(count(ended, 'session'))} ${ended === 1 ? 'is' : 'are'} ${NOW[to]} ${words.one} now; that channel ends within 5 seconds.`,
    ];
  const isLooser = stricterRule(from, to) !== to;
  return [isLooser ? `${first} Sessions under way keep to the stricter rule that they began under.` : first];
}

/** What a session does that the rule ends. */
const NOW: { readonly [R in ChannelRule]: string } = {
  forbidden: 'recording',
  ephemeral: 'keeping',
  choose: 'recording',
  stored: 'using live only',
};

const MODES_LOST: { readonly [R in ChannelRule]: readonly ('live' | 'keep')[] } = {
  forbidden: ['live', 'keep'],
  ephemeral: ['keep'],
  choose: [],
  stored: ['live'],
};

function retentionChange(from: number | null, to: number | null, now: UnderWay): string[] {
  if (from === to) return [];
  if (to === null) return ['Nothing that is kept from now on is deleted by time.'];
  const { due } = now;
  const gone =
    due === 0
      ? 'Nothing here is that old yet.'
      : `${capital(count(due, 'session'))} here ${due === 1 ? 'is' : 'are'} older than that; the next sweep deletes ${due === 1 ? 'it' : 'them'} for good.`;
  return [`What is kept will be deleted after ${count(to, 'day')}. ${gone}`];
}

function lengthChange(from: number | null, to: number | null, now: UnderWay): string[] {
  if (from === to) return [];
  if (to === null) return ['Sessions that begin from now on may last as long as the person likes.'];
  const over = now.longerThan(to);
  const ends =
    over === 0
      ? ''
      : ` ${capital(count(over, 'session'))} under way ${over === 1 ? 'has' : 'have'} lasted longer: ${over === 1 ? 'it ends' : 'they end'} now.`;
  return [`A session will end by itself ${minutes(to)} after its start.${ends}`];
}
