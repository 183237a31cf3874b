import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fail, ok, type Result } from '../../contract/result.ts';
import { refusal, startTestService, TEST_TOKEN } from '../delivery/test-service.ts';
import type { Connection, Grant } from '../host.ts';
import { TEST_SESSION } from '../vault/test-vault.ts';
import { holdToken } from './token.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

async function held(
  expiresAtMs: number | null,
  reopen: () => Promise<Result<Grant>> = async () => fail('token-expired'),
) {
  const service = await startTestService(TEST_SESSION);
  const grant: Grant = {
    server: service.url,
    sessionId: TEST_SESSION,
    title: null,
    token: TEST_TOKEN,
    expiresAtMs,
  };
  const time = { nowMs: 0 };
  const events: string[] = [];
  let heard: (() => void)[] = [];
  const connection: Connection = { open: async () => fail('internal'), reopen };
  const log = (event: string) => {
    events.push(event);
    for (const listener of heard.splice(0)) listener();
  };
  const holder = holdToken({ grant, connection, log, now: () => time.nowMs, random: () => 0 });
  return {
    service,
    holder,
    events,
    grant,
    /** Lets time pass; resolves with the first thing that is logged then. */
    pass: async (ms: number) => {
      const told = new Promise<void>((resolve) => {
        heard = [resolve];
      });
      time.nowMs += ms;
      vi.advanceTimersByTime(ms);
      await told;
      // What follows in the same turn is settled too: the next attempt is on its way.
      await new Promise(setImmediate);
      return events.at(-1);
    },
    quietly: (ms: number) => {
      time.nowMs += ms;
      vi.advanceTimersByTime(ms);
    },
  };
}

describe('a token', () => {
  test('[P08] is renewed at half its life, with itself, and again at half of that', async () => {
    const { service, holder, pass, quietly } = await held(600_000);
    quietly(299_999);
    expect(service.asked).toEqual([]);
    expect(await pass(1)).toBe('token.renewed');
    expect(service.asked.map(({ token }) => token)).toEqual([TEST_TOKEN]);
    const second = holder.current();
    expect(second).not.toBe(TEST_TOKEN);
    quietly(299_999);
    expect(service.asked).toHaveLength(1);
    expect(await pass(1)).toBe('token.renewed');
    expect(service.asked[1]?.token).toBe(second);
  });

  test('of unknown age is renewed at once', async () => {
    const { service, pass } = await held(null);
    expect(await pass(0)).toBe('token.renewed');
    expect(service.asked).toHaveLength(1);
  });

  test('that cannot be renewed is asked for anew, from your backend', async () => {
    const fresh = {
      server: 'x',
      sessionId: TEST_SESSION,
      title: null,
      token: 'st-fresh',
      expiresAtMs: 900_000,
    };
    const { service, holder, pass } = await held(600_000, async () => ok(fresh));
    service.settings.mayRenew = false;
    expect(await pass(300_000)).toBe('token.reopened');
    expect(holder.current()).toBe('st-fresh');
  });

  test('serves on while it is valid where nobody gives another, and is asked about ever more often', async () => {
    const { service, holder, pass } = await held(600_000);
    service.settings.mayRenew = false;
    expect(await pass(300_000)).toBe('token.refused');
    expect(holder.current()).toBe(TEST_TOKEN);
    expect(await pass(150_000)).toBe('token.refused');
    expect(await pass(75_000)).toBe('token.refused');
    service.settings.mayRenew = true;
    expect(await pass(37_500)).toBe('token.renewed');
  });

  test('[P08] that ran out is asked about for as long as the session lives, each time after a longer wait', async () => {
    const { service, holder, pass } = await held(600_000);
    service.settings.mayRenew = false;
    expect(await pass(700_000)).toBe('token.refused');
    // With random at 0 a tenth of the schedule, which ends at 30 s.
    for (const waitMs of [25, 50, 100, 200, 400, 800, 1600, 3000, 3000, 3000])
      expect(await pass(waitMs)).toBe('token.refused');
    expect(service.asked).toHaveLength(11);
    service.settings.mayRenew = true;
    expect(await pass(3000)).toBe('token.renewed');
    expect(holder.current()).not.toBe(TEST_TOKEN);
  });

  test.each(['session-ended', 'session-too-long'] as const)(
    '[P08] is not renewed any more after %s, nor is your backend asked for what nobody needs',
    async (code) => {
      let reopened = 0;
      const { service, holder, grant, pass, quietly } = await held(600_000, async () => {
        reopened += 1;
        return ok({ ...grant, token: 'st-to-deliver', expiresAtMs: null });
      });
      service.next(/renew/, refusal(code));
      expect(await pass(300_000)).toBe('token.over');
      quietly(36_000_000);
      expect(vi.getTimerCount()).toBe(0);
      expect({ asked: service.asked.length, reopened }).toEqual({ asked: 1, reopened: 0 });
      // What is still to be delivered takes a token from your backend, which is not renewed either.
      expect(await holder.refresh()).toEqual(ok(undefined));
      expect(holder.current()).toBe('st-to-deliver');
      quietly(36_000_000);
      expect({ asked: service.asked.length, reopened }).toEqual({ asked: 1, reopened: 1 });
    },
  );

  test('[P08][P09] that was revoked is never shown for renewal again; only your backend can give another', async () => {
    const answers: Result<Grant>[] = [fail('not-authorised'), fail('service-unreachable')];
    const { service, holder, grant, pass } = await held(
      600_000,
      async () => answers.shift() ?? ok({ ...grant, token: service.grant().token, expiresAtMs: 1_200_000 }),
    );
    service.next(/renew/, refusal('not-authorised'));
    expect(await pass(300_000)).toBe('token.refused');
    expect(await pass(150_000)).toBe('token.refused');
    expect(await pass(75_000)).toBe('token.reopened');
    expect(service.asked).toHaveLength(1);
    // That one may be renewed again.
    expect(await pass(337_500)).toBe('token.renewed');
    expect(service.asked[1]?.token).not.toBe(TEST_TOKEN);
    expect(holder.current()).not.toBe(service.asked[1]?.token);
  });

  test('is no longer asked about where your backend does not know the session', async () => {
    const { service, pass, quietly } = await held(600_000, async () => fail('session-unknown'));
    service.settings.mayRenew = false;
    expect(await pass(300_000)).toBe('token.refused');
    quietly(36_000_000);
    expect(service.asked).toHaveLength(1);
  });

  test('is asked for once, however many need it at the same time', async () => {
    const { service, holder } = await held(600_000);
    await Promise.all([holder.refresh(), holder.refresh(), holder.refresh()]);
    expect(service.asked).toHaveLength(1);
  });

  test('lasts as long as the service says, also where the clock of this machine is wrong', async () => {
    const { service, pass, quietly } = await held(600_000);
    // Two weeks after the end that the service names in its answers.
    quietly(0);
    expect(await pass(5_200_000_000_000)).toBe('token.renewed');
    quietly(299_999);
    expect(service.asked).toHaveLength(1);
  });

  test('is let go: nothing is asked any more, also where an answer was still out', async () => {
    const { holder, service, quietly } = await held(600_000);
    const refreshing = holder.refresh();
    holder.stop();
    await refreshing;
    quietly(3_600_000);
    expect(service.asked).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is not renewed by an answer that is none', async () => {
    const { service, holder, pass } = await held(600_000);
    service.next(/renew/, (response) => response.writeHead(200).end('{"success":true,"data":{}}'));
    expect(await pass(300_000)).toBe('token.refused');
    service.next(/renew/, refusal('token-foreign'));
    expect(await holder.refresh()).toMatchObject({ error: { code: 'token-expired' } });
    await service.down();
    expect(await holder.refresh()).toMatchObject({ ok: false });
    expect(holder.current()).toBe(TEST_TOKEN);
  });
});
