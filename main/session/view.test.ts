import { expect, test } from 'vitest';
import { type ChannelState, channelState, type Lamp } from '../../contract/bridge/snapshot.ts';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { errorOf } from '../../contract/result.ts';
import { newMeter } from './channel-meter.ts';
import type { Session } from './machine.ts';
import { CHANNELS } from './test-recorder.ts';
import { channelView, lampOf, termsOf } from './view.ts';

const SESSIONS: Session[] = [
  { state: 'idle' },
  { state: 'consenting' },
  { state: 'starting' },
  { state: 'recording' },
  { state: 'paused', by: 'person' },
  { state: 'stopping' },
  { state: 'delivering' },
  { state: 'complete' },
  { state: 'failed', error: errorOf('internal'), kept: true },
];
const [MIC, , DISPLAY] = CHANNELS;
function viewIn(state: ChannelState) {
  if (MIC === undefined) throw new Error('no channel');
  return channelView(MIC, 'keep', false, DEFAULT_POLICY, { ...newMeter(), state }, undefined, 15);
}
const lamp = (session: Session, ...states: ChannelState[]): Lamp =>
  lampOf(session, states.map(viewIn), false);

test('[P04] the lamp is live in every state in which bytes of any device arrive or a look is taken, and in no other', () => {
  for (const session of SESSIONS)
    for (const first of channelState.options)
      for (const second of channelState.options) {
        const isLive = first === 'live' || second === 'live';
        expect(lamp(session, first, second) === 'live').toBe(isLive);
        expect(lampOf(session, [first, second].map(viewIn), true)).toBe('live');
      }
});

/**
 * One channel in each of its states, by the state of the session; `live` is always live. The last column is a look at the
 * screens without any channel.
 */
const TABLE = `
              idle    starting paused  reconnecting lost    ended   look
idle          off     off      off     off          off     off     live
consenting    off     off      off     off          off     off     live
starting      off     off      off     off          off     off     live
recording     off     off      off     trouble      trouble off     live
paused        paused  off      paused  paused       paused  paused  live
stopping      off     off      off     off          off     off     live
delivering    off     off      off     off          off     off     live
complete      off     off      off     off          off     off     live
failed        trouble trouble  trouble trouble      trouble trouble live
`;

test('[P04] the lamp shows for every state of session and channel what the table says', () => {
  const [head, ...rows] = TABLE.trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
  expect(rows.map(([name]) => name)).toEqual(SESSIONS.map(({ state }) => state));
  SESSIONS.forEach((session, row) => {
    const shown = (head ?? []).map((column) =>
      column === 'look' ? lampOf(session, [], true) : lamp(session, channelState.parse(column)),
    );
    expect([session.state, ...shown]).toEqual(rows[row]);
  });
});

test('[P04] a channel that the person or the policy ended is no trouble; one that is lost beside it is', () => {
  const ended = (code: 'consent-revoked' | 'policy-forbids') => ({
    ...viewIn('lost'),
    trouble: errorOf(code),
  });
  for (const code of ['consent-revoked', 'policy-forbids'] as const) {
    expect(lampOf({ state: 'recording' }, [ended(code), viewIn('starting')], false)).toBe('off');
    expect(lampOf({ state: 'recording' }, [ended(code), viewIn('lost')], false)).toBe('trouble');
    expect(lampOf({ state: 'recording' }, [ended(code), viewIn('live')], false)).toBe('live');
  }
});

test('a channel of which nothing was captured yet shows zeros and what the policy allows', () => {
  if (DISPLAY === undefined) throw new Error('no channel');
  const policy = {
    ...DEFAULT_POLICY,
    channels: { ...DEFAULT_POLICY.channels, display: 'ephemeral' as const },
  };
  expect(channelView(DISPLAY, 'off', null, policy, undefined, undefined, 30)).toEqual({
    id: 'display:1',
    kind: 'display',
    name: 'Display',
    state: 'idle',
    mode: 'off',
    follows: null,
    allowed: ['off', 'live'],
    levelDb: null,
    takes: 0,
    bytes: 0,
    deliveredBytes: 0,
    undeliveredSeconds: 0,
    cutBy: null,
    storedBytes: 0,
    droppedFragments: 0,
    gaps: { count: 0, seconds: 0, lastReason: null },
    framesPerSecond: 30,
    lastTakeEndedAt: null,
    trouble: null,
  });
});

test('[P26] the terms tell purpose, retention and recipients', () => {
  expect(termsOf(DEFAULT_POLICY)).toEqual({
    organisation: 'This device',
    policyVersion: 1,
    purpose: 'Meeting notes',
    retentionDays: null,
    maxSessionMinutes: null,
    recipients: ['The media service on this device'],
    localCopy: 'keep',
  });
});
