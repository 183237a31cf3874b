import type { SendClock } from './send-clock.ts';

/** A clock that goes when it is told to; what was asked for is called in its time. */
export type TestSendClock = SendClock & { readonly goOn: (ms: number) => Promise<void> };

export function testSendClock(): TestSendClock {
  let nowMs = 0;
  let calls: { readonly atMs: number; readonly call: () => void }[] = [];

  return {
    nowMs: () => nowMs,
    after: (ms, call) => {
      const entry = { atMs: nowMs + ms, call };
      calls.push(entry);
      return () => {
        calls = calls.filter((other) => other !== entry);
      };
    },
    goOn: async (ms) => {
      const endMs = nowMs + ms;
      for (;;) {
        await settled();
        const [next] = calls.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        calls = calls.filter((other) => other !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.call();
      }
      nowMs = endMs;
    },
  };
}

/** Whatever hangs on promises that are settled has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
