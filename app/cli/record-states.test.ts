import { expect, test } from 'vitest';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf } from '../../contract/result.ts';
import { tellStates } from './record-states.ts';

type Moment = readonly [session: string, channel: string, trouble: ErrorCode | null];

/** What is told of one display while these moments pass; its other lines are left out. */
function told(...moments: readonly Moment[]) {
  const said: { readonly text: string; readonly event: object }[] = [];
  tellStates(
    {
      onSnapshot: (listener) => {
        for (const [session, state, code] of moments) {
          const trouble = code === null ? null : errorOf(code, 'display:1');
          const channels = [
            { id: 'display:1', mode: 'keep', state, trouble },
            { id: 'mic:default', mode: 'off', state: 'idle', trouble: errorOf('channel-silent') },
          ];
          listener({ session: { state: session }, lamp: 'live', channels } as unknown as Snapshot);
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
  return said.filter(({ event }) => (event as { event: string }).event === 'trouble');
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
