import { expect, test } from 'vitest';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf } from '../../contract/result.ts';
import { EN } from '../../contract/spoken/en.ts';
import { tellStates } from './record-states.ts';

type SessionMoment = readonly [session: string, trouble: ErrorCode | null];
type Moment = readonly [session: string, channel: string, trouble: ErrorCode | null];

/** What is told of one display while these moments pass; the lines of the states are left out. */
function told(...moments: readonly Moment[]) {
  return toldOf(
    moments.map(([session, state, code]) => {
      const trouble = code === null ? null : errorOf(code, 'display:1');
      return { session, trouble: null, display: { id: 'display:1', mode: 'keep', state, trouble } };
    }),
  );
}

/** What is told while the session is in these troubles. */
function toldOfSession(...moments: readonly SessionMoment[]) {
  const display = { id: 'display:1', mode: 'keep', state: 'live', trouble: null };
  return toldOf(
    moments.map(([session, code]) => ({ session, trouble: code === null ? null : errorOf(code), display })),
  );
}

function toldOf(
  moments: readonly {
    readonly session: string;
    readonly trouble: object | null;
    readonly display: object;
    readonly waits?: string | null;
  }[],
) {
  const said: { readonly text: string; readonly event: object }[] = [];
  tellStates(
    {
      onSnapshot: (listener) => {
        for (const { session, trouble, display, waits = null } of moments) {
          const channels = [
            display,
            { id: 'mic:default', mode: 'off', state: 'idle', trouble: errorOf('channel-silent') },
          ];
          const told = { session: { state: session }, lamp: 'live', channels, trouble, delivery: { waits } };
          listener(told as unknown as Snapshot);
        }
        return () => undefined;
      },
    },
    {
      line: (text, event) => said.push({ text, event }),
      note: () => undefined,
      json: () => undefined,
      failed: () => 1,
    },
  );
  return said.filter(({ event }) => (event as { event: string }).event !== 'state');
}

const WELL = ['recording', 'live', null] as const;
const BLACK = ['recording', 'live', 'channel-black'] as const;

test('the trouble of a channel is told once, with what to do, and again when it is over', () => {
  const { message, action } = errorOf('channel-black');
  expect(told(WELL, BLACK, BLACK, WELL, WELL)).toEqual([
    {
      text: `display:1: ${message} ${action}`,
      event: { event: 'trouble', channel: 'display:1', code: 'channel-black' },
    },
    {
      text: 'display:1: That is over.',
      event: { event: 'trouble', channel: 'display:1', code: null },
    },
  ]);
});

test('one trouble after another is told as another', () => {
  const codes = told(BLACK, ['recording', 'reconnecting', 'device-gone'], WELL).map(({ event }) => event);
  expect(codes).toMatchObject([{ code: 'channel-black' }, { code: 'device-gone' }, { code: null }]);
});

test('a pause, another take and the end do not tell that it is over', () => {
  expect(
    told(
      BLACK,
      ['paused', 'paused', null],
      ['recording', 'reconnecting', null],
      ['stopping', 'live', null],
      ['complete', 'ended', null],
    ),
  ).toHaveLength(1);
});

test('[P01] a channel that a new policy ended is told as ended, once', () => {
  const forbidden = ['recording', 'lost', 'policy-forbids'] as const;
  expect(told(WELL, forbidden, forbidden, ['complete', 'lost', 'policy-forbids'])).toEqual([
    {
      text: 'display:1 ended: the policy of your organisation changed and does not allow it any more.',
      event: { event: 'ended', channel: 'display:1', code: 'policy-forbids' },
    },
  ]);
});

test.each(['session-too-long', 'session-unknown', 'session-ended'] as const)(
  'a recording whose session is over is told as ended, once (%s)',
  (code) => {
    const { message } = errorOf(code);
    expect(toldOfSession(['recording', null], ['stopping', code], ['delivering', code])).toEqual([
      {
        text: `The recording ended by itself. ${message}`,
        event: { event: 'ended', channel: null, code },
      },
    ]);
  },
);

test('[P08] a token that is not renewed while it records is told once, and that the recording goes on', () => {
  const { message, action } = errorOf('token-expired');
  expect(toldOfSession(['recording', 'token-expired'], ['paused', 'token-expired'])).toEqual([
    {
      text: `The recording goes on. ${message} ${action}`,
      event: { event: 'trouble', channel: null, code: 'token-expired' },
    },
  ]);
  expect(toldOfSession(['delivering', 'token-expired'], ['complete', null])).toEqual([]);
});

test('[P57] little room is told once, and that there is room again; a full disk at once where it ends the recording', () => {
  const codes = (...moments: readonly SessionMoment[]) =>
    toldOfSession(...moments).map(({ text, event }) => [
      text.split('.')[0],
      (event as { code: unknown }).code,
    ]);
  const low = ['recording', 'disk-low'] as const;
  expect(codes(['recording', null], low, low, ['recording', null], low, ['stopping', 'disk-full'])).toEqual([
    ['The recording goes on', 'disk-low'],
    ['There is room on the disk again', null],
    ['The recording goes on', 'disk-low'],
    ['The recording ended by itself', 'disk-full'],
  ]);
  // Live only goes on.
  expect(codes(['recording', 'disk-full'], ['stopping', 'disk-full'])).toEqual([
    ['The recording goes on', 'disk-full'],
  ]);
  // The person stopped it.
  expect(codes(['recording', null], ['stopping', null], ['stopping', 'disk-full'])).toEqual([]);
});

test('why what is kept is not sent is told once, and that it is again', () => {
  const display = { id: 'display:1', mode: 'keep', state: 'live', trouble: null };
  const moments = [null, 'unmetered', 'unmetered', null, null] as const;
  const metered = EN.waits.unmetered;
  const said = toldOf(moments.map((waits) => ({ session: 'recording', trouble: null, display, waits })));
  expect(said).toEqual([
    { text: metered, event: { event: 'waits', because: metered } },
    { text: 'What is kept is sent again.', event: { event: 'waits', because: null } },
  ]);
});
