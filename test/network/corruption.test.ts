import { expect, test } from 'vitest';
import { type ClientKey, makeClientKey } from '../../main/auth/client-key.ts';
import type { Fault } from '../instruments/network-faults.ts';
import {
  clientVault,
  hashesOf,
  heldBy,
  type Remote,
  recordedOf,
  remote,
  type Started,
  seenBy,
  startedBy,
} from './client.ts';
import { deliver } from './delivering.ts';

const CHANNELS = ['+mic:default', '+display:1'];

async function recorded(seconds: number, seed?: number) {
  const there = await remote(seed);
  const key = makeClientKey();
  const started = await startedBy(there, await clientVault(), CHANNELS, key);
  const fragments = new Map<string, string[]>();
  for (const { id } of started.facts.channels) {
    const recorded = recordedOf(started.sessionId, id, seconds);
    fragments.set(id, hashesOf(recorded));
    for (const fragment of recorded)
      expect(await started.recording.append(fragment)).toMatchObject({ ok: true });
  }
  return { there, started, key, fragments };
}

/** Delivers everything, and stops: answers what was told as trouble meanwhile. */
async function delivered(there: Remote, started: Started, key: ClientKey) {
  const { finish, troubles } = deliver(there, started, key);
  return { done: await finish(), troubles };
}

const FAULTS: readonly [string, Fault][] = [
  ['flips bits of what is sent', { kind: 'flip-request', share: 0.4 }],
  ['flips bits of what is answered', { kind: 'flip-answer', share: 0.4 }],
  ['cuts what is sent short', { kind: 'truncate-request', share: 0.4 }],
  ['cuts what is answered short', { kind: 'truncate-answer', share: 0.4 }],
  ['doubles requests', { kind: 'duplicate', share: 0.5 }],
  ['puts requests out of order', { kind: 'reorder', share: 0.3 }],
  ['loses connections', { kind: 'lossy', share: 0.4 }],
];

test.each(FAULTS)(
  '[P62] a network that %s: the service holds just what was recorded',
  async (_name, fault) => {
    const { there, started, key, fragments } = await recorded(8);
    there.proxy.set(fault);
    expect(await delivered(there, started, key)).toMatchObject({ done: { ok: true }, troubles: [] });
    for (const [id, hashes] of fragments)
      expect(await heldBy(there, started.streams.get(id))).toEqual(hashes);
    expect(there.proxy.counts()[fault.kind]).toBeGreaterThan(2);
    expect(await seenBy(there, started.sessionId)).toMatchObject({ status: 'stopped' });
  },
);

test.each([1, 2])('[P62] everything at once, and stalls and cuts between, seed %i', async (seed) => {
  const { there, started, key, fragments } = await recorded(20, seed);
  const bad = FAULTS.map(([, fault]) => ({ ...fault, share: 0.08 }));
  there.proxy.set(...bad);
  const done = delivered(there, started, key);
  const { requests } = there.proxy.counts();
  await expect.poll(() => there.proxy.counts().requests).toBeGreaterThan(requests + 8);
  there.proxy.set({ kind: 'cut' });
  await expect.poll(() => there.proxy.counts().cut).toBeGreaterThan(2);
  there.proxy.set(...bad, { kind: 'stall' });
  // What hangs is given up after ten seconds, and sent again.
  await expect.poll(() => there.proxy.counts().stall, { timeout: 30_000 }).toBeGreaterThan(0);
  there.proxy.set(...bad);
  expect(await done).toMatchObject({ done: { ok: true }, troubles: [] });
  for (const [id, hashes] of fragments) expect(await heldBy(there, started.streams.get(id))).toEqual(hashes);
  expect(await seenBy(there, started.sessionId)).toMatchObject({ status: 'stopped' });
});
