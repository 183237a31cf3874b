import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fail, ok, type Result } from '../../contract/result.ts';
import { testFragment } from '../vault/test-vault.ts';
import { KEEP_LIMITS, keepingIn } from './keeping.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A disk that answers when the test lets it. */
function onDisk() {
  const told: string[] = [];
  const answers: ((result: Result<unknown>) => void)[] = [];
  const keeping = keepingIn({
    append: () => new Promise((resolve) => answers.push(resolve)),
    on: {
      kept: ({ sequence }) => told.push(`kept ${sequence}`),
      slow: (error) => told.push(error === null ? 'answers again' : `slow: ${error.code}`),
      failed: ({ sequence }, error) => told.push(`failed ${sequence}: ${error.code}`),
      bug: (error) => told.push(`bug ${error}`),
    },
  });
  let sequence = 0;
  return {
    keeping,
    told,
    keep: (bytes = Buffer.from('media')) => {
      sequence += 1;
      keeping.keep(testFragment({ sequence, bytes }));
    },
    answer: async (result: Result<unknown> = ok(undefined)) => {
      for (const resolve of answers.splice(0)) resolve(result);
      await vi.advanceTimersByTimeAsync(0);
    },
    waits: () => answers.length,
  };
}

describe('what goes to the disk', () => {
  test('is told as kept when it is written, and no look goes on behind it', async () => {
    const { keep, answer, told, keeping } = onDisk();
    keep();
    await answer();
    expect(told).toEqual(['kept 1']);
    await keeping.settled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('[P57] is told within five seconds where the disk does not answer, once, and when it does again', async () => {
    const { keep, answer, told } = onDisk();
    keep();
    await vi.advanceTimersByTimeAsync(3_000);
    keep();
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).toEqual(['slow: vault-unwritable']);
    await vi.advanceTimersByTimeAsync(5_000);
    await answer();
    expect(told).toEqual(['slow: vault-unwritable', 'kept 1', 'kept 2', 'answers again']);
  });

  test('waits no longer than half a minute: then nothing more is taken', async () => {
    const { keep, told, keeping, waits, answer } = onDisk();
    keep();
    const settled = keeping.settled();
    await vi.advanceTimersByTimeAsync(KEEP_LIMITS.mostMs + 1_000);
    await settled;
    expect(told).toEqual(['slow: vault-unwritable', 'failed 1: vault-unwritable']);
    keep();
    expect(waits()).toBe(1);
    expect(keeping.hasGivenUp()).toBe(true);
    // It was written after all.
    await answer();
    expect(told.at(-1)).toBe('kept 1');
  });

  test('takes up no more memory than its bound', () => {
    const { keep, told, waits } = onDisk();
    const megabyte = Buffer.alloc(1024 * 1024);
    for (let count = 0; count < 100; count++) keep(megabyte);
    expect(waits()).toBe(KEEP_LIMITS.mostBytes / megabyte.length + 1);
    expect(told).toEqual(['failed 65: vault-unwritable']);
  });

  test('is told as failed where the disk refuses it, and not where its channel was erased meanwhile', async () => {
    const { keep, answer, told } = onDisk();
    keep();
    await answer(fail('disk-full'));
    keep();
    await answer(fail('consent-revoked'));
    expect(told).toEqual(['failed 1: disk-full']);
  });
});
