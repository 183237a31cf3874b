import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fail, ok, type Result } from '../../contract/result.ts';
import { openExchange } from './exchange.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An exchange over a script of answers, one for each request; a request beyond them fails the test. */
function scripted(answers: Result<string>[], refreshes: Result<void>[] = []) {
  const tokens: string[] = [];
  const connected: boolean[] = [];
  const troubles: string[] = [];
  let token = 'first';
  const holder = {
    current: () => token,
    refresh: async () => {
      const next = refreshes.shift();
      if (next === undefined) throw new Error('nobody expected another token to be asked for');
      if (next.ok) token = `${token}+`;
      return next;
    },
    stop: () => undefined,
  };
  const exchange = openExchange(
    holder,
    {
      connected: (is) => connected.push(is),
      refused: ({ code, detail, message }) => troubles.push(`${code}, ${detail}: ${message}`),
      accepted: ({ code }) => troubles.push(`no more ${code}`),
    },
    () => 0,
  );
  const request = async (shown: string) => {
    tokens.push(shown);
    const answer = answers.shift();
    if (answer === undefined) throw new Error('nobody expected another request');
    return answer;
  };
  return { exchange, request, tokens, connected, troubles };
}
/** Runs until it is settled, with all waits passed over; also tells how long it would have taken. */
async function settled<T>(work: Promise<T>): Promise<{ value: T; waitedMs: number }> {
  const before = Date.now();
  let value: { value: T } | undefined;
  void work.then((result) => {
    value = { value: result };
  });
  while (value === undefined) await vi.advanceTimersToNextTimerAsync();
  return { ...value, waitedMs: Date.now() - before };
}
const down = fail('service-unreachable');

describe('an exchange', () => {
  test('tries again, waiting longer each time, until the service answers', async () => {
    const { exchange, request, connected } = scripted([down, fail('service-failed'), down, ok('there')]);
    const { value, waitedMs } = await settled(exchange.insist(request));
    expect(value).toEqual(ok('there'));
    expect(waitedMs).toBe(25 + 50 + 100);
    expect(connected).toEqual([false, false, false, true]);
  });

  test('gives up at once on what asking again does not mend', async () => {
    const { exchange, request, connected } = scripted([fail('fragment-conflict')]);
    expect(await exchange.insist(request)).toMatchObject({ error: { code: 'fragment-conflict' } });
    expect(connected).toEqual([true]);
  });

  test('gives up when patience ends', async () => {
    const { exchange, request, tokens } = scripted([down, down]);
    expect((await settled(exchange.insist(request, 2))).value).toBe(down);
    expect(tokens).toHaveLength(2);
  });

  test('[P08] asks for a fresh token when the service does not take this one, and goes on at once', async () => {
    for (const code of ['token-expired', 'not-authorised', 'proof-refused'] as const) {
      const { exchange, request, tokens, troubles } = scripted([fail(code), ok('there')], [ok(undefined)]);
      expect(await exchange.insist(request)).toEqual(ok('there'));
      expect(tokens).toEqual(['first', 'first+']);
      expect(troubles).toEqual([]);
    }
  });

  test('asks for a fresh token again whenever the service stops taking it, also after an outage', async () => {
    const answers = [down, fail('token-expired'), down, fail('token-expired'), ok('there')];
    const { exchange, request, tokens } = scripted(answers, [ok(undefined), ok(undefined)]);
    expect((await settled(exchange.insist(request))).waitedMs).toBe(25 + 100);
    expect(tokens.at(-1)).toBe('first++');
  });

  test('does not hammer a service that refuses every token', async () => {
    const answers = Array.from({ length: 6 }, () => fail('token-expired'));
    const { exchange, request } = scripted(
      answers,
      Array.from({ length: 3 }, () => ok(undefined)),
    );
    const { value, waitedMs } = await settled(exchange.insist(request, 6));
    expect(value).toMatchObject({ error: { code: 'token-expired' } });
    expect(waitedMs).toBe(50 + 200);
  });

  test('waits where no fresh token is to be had', async () => {
    const { exchange, request, tokens } = scripted(
      [fail('token-expired'), ok('there')],
      [fail('service-unreachable')],
    );
    expect((await settled(exchange.insist(request))).waitedMs).toBe(25);
    expect(tokens).toEqual(['first', 'first']);
  });
});

describe('where no token is taken, an exchange', () => {
  test('[P09] tells so with what is safe, with every attempt in vain, until one is taken', async () => {
    const { exchange, request, troubles } = scripted(
      [fail('token-expired'), fail('token-expired'), down, ok('there'), ok('there')],
      [fail('service-unreachable'), fail('service-unreachable')],
    );
    expect((await settled(exchange.insist(request))).value).toEqual(ok('there'));
    const told =
      'token-expired, no other token: service-unreachable: The token has expired. What was recorded is safe here.';
    expect(troubles).toEqual([told, told, 'no more token-expired']);
    await exchange.insist(request);
    expect(troubles).toHaveLength(3);
  });

  test('tells when another token is refused too, and when another answer shows that it was taken', async () => {
    for (const code of ['not-authorised', 'proof-refused'] as const) {
      const { exchange, request, troubles } = scripted(
        [fail(code), fail(code), fail('fragment-conflict')],
        [ok(undefined)],
      );
      expect((await settled(exchange.insist(request))).value).toEqual(fail('fragment-conflict'));
      expect(troubles).toEqual([
        'not-authorised, another token was refused too: The key or token was not accepted. What is kept here is safe.',
        'no more not-authorised',
      ]);
    }
  });
});

describe('closing an exchange', () => {
  test('ends a wait between attempts', async () => {
    const { exchange, request } = scripted([down]);
    const work = exchange.insist(request);
    await vi.advanceTimersByTimeAsync(1);
    exchange.close();
    expect(await work).toBe(down);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not wait for an answer that is still out', async () => {
    const { exchange, connected } = scripted([]);
    const work = exchange.insist(() => new Promise<never>(() => undefined));
    exchange.close();
    expect(await work).toMatchObject({ error: { code: 'delivery-incomplete' } });
    expect(connected).toEqual([]);
  });

  test('leaves nothing to be asked afterwards', async () => {
    const { exchange, request, tokens } = scripted([]);
    exchange.close();
    expect(exchange.closed()).toBe(true);
    expect(await exchange.insist(request)).toMatchObject({ error: { code: 'delivery-incomplete' } });
    expect(tokens).toEqual([]);
  });
});

test('a bug in a request is not swallowed', async () => {
  const { exchange } = scripted([]);
  await expect(exchange.insist(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
});
