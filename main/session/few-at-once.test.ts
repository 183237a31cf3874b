import { expect, test } from 'vitest';
import { fail, ok, type Result } from '../../contract/result.ts';
import { fewAtOnce } from './few-at-once.ts';

function deliveries(most: number) {
  const pauses: (() => void)[] = [];
  const few = fewAtOnce(most, (_attempt, signal) => {
    return new Promise<void>((resolve) => {
      pauses.push(resolve);
      signal.addEventListener('abort', () => resolve());
    });
  });
  const begun: string[] = [];
  const closed: string[] = [];
  const ends = new Map<string, (result: Result<void>) => void>();
  const ways = new Map<string, () => void>();
  const add = (sessionId: string) =>
    few.add(sessionId, (giveWay) => {
      begun.push(sessionId);
      ways.set(sessionId, giveWay);
      const done = new Promise<Result<void>>((resolve) => ends.set(sessionId, resolve));
      return { sessionId, done, close: () => void closed.push(sessionId) };
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { add, begun, closed, ends, ways, settled, pauses };
}

test('no more than a few deliveries begin at once, each when another is done', async () => {
  const { add, begun, ends, settled } = deliveries(2);
  const all = ['a', 'b', 'c', 'd'].map(add);
  await settled();
  expect(begun).toEqual(['a', 'b']);
  ends.get('b')?.(ok(undefined));
  await settled();
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const id of ['a', 'c']) ends.get(id)?.(ok(undefined));
  await settled();
  ends.get('d')?.(ok(undefined));
  expect(await Promise.all(all.map(({ done }) => done))).toEqual(Array(4).fill(ok(undefined)));
});

test('one that cannot get on is closed before the next begins, and begins anew after the others', async () => {
  const { add, begun, closed, ends, ways, settled, pauses } = deliveries(1);
  const [first] = ['a', 'b', 'c'].map(add);
  await settled();
  ways.get('a')?.();
  ways.get('a')?.();
  await settled();
  // It is open until it says that it is not.
  expect([closed, begun]).toEqual([['a'], ['a']]);
  ends.get('a')?.(fail('not-authorised'));
  await settled();
  expect(begun).toEqual(['a', 'b']);
  pauses[0]?.();
  await settled();
  for (const id of ['b', 'c']) {
    ends.get(id)?.(ok(undefined));
    await settled();
  }
  expect(begun).toEqual(['a', 'b', 'c', 'a']);
  // Nobody waits for its place any more.
  ways.get('a')?.();
  expect(closed).toEqual(['a']);
  ends.get('a')?.(ok(undefined));
  expect(await first?.done).toEqual(ok(undefined));
});

test('one that gave way ends where it is let go before its next turn', async () => {
  const { add, begun, ends, ways, settled } = deliveries(1);
  const [first] = ['a', 'b'].map(add);
  await settled();
  ways.get('a')?.();
  ends.get('a')?.(fail('not-authorised'));
  await settled();
  first?.close();
  expect(await first?.done).toMatchObject({ error: { code: 'delivery-incomplete' } });
  expect(begun).toEqual(['a', 'b']);
});

test('one that is let go at its turn, before it began, leaves its place', async () => {
  const { add, begun, settled } = deliveries(1);
  const first = add('a');
  first.close();
  add('b');
  expect(await first.done).toMatchObject({ error: { code: 'delivery-incomplete' } });
  await settled();
  expect(begun).toEqual(['b']);
});

test('one that is let go before it began never does; one that has begun is told', async () => {
  const { add, begun, closed, ends, settled } = deliveries(1);
  const [first, second, third] = ['a', 'b', 'c'].map(add);
  await settled();
  second?.close();
  expect(await second?.done).toMatchObject({ ok: false, error: { code: 'delivery-incomplete' } });
  first?.close();
  expect(closed).toEqual(['a']);
  ends.get('a')?.(ok(undefined));
  await first?.done;
  await settled();
  expect(begun).toEqual(['a', 'c']);
  third?.close();
  expect(closed).toEqual(['a', 'c']);
});
