import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import type { Fragment } from '../../contract/fragment.ts';
import { makeClientKey } from '../../main/auth/client-key.ts';
import { openUplink } from '../../main/delivery/uplink.ts';
import { testFragment } from '../../main/vault/test-vault.ts';
import {
  clientVault,
  hashesOf,
  heldBy,
  recordedOf,
  remote,
  type Started,
  seenBy,
  startedBy,
} from './client.ts';
import { deliver } from './delivering.ts';

const MIC = 'mic:default';
const DISPLAY = 'display:1';
const SOUND = 'system_audio:default';

async function keep(started: Started, fragments: readonly Fragment[]): Promise<void> {
  for (const fragment of fragments)
    expect(await started.recording.append(fragment)).toMatchObject({ ok: true });
}

function kept(started: Started, seconds: number): Map<string, Fragment[]> {
  const channels = started.facts.channels.filter(({ mode }) => mode === 'keep');
  return new Map(channels.map(({ id }) => [id, recordedOf(started.sessionId, id, seconds)]));
}

test('[P57] minutes that were recorded without a network are delivered while the next session goes on before them', async () => {
  const there = await remote();
  const vault = await clientVault();
  const key = makeClientKey();
  const befores: Started[] = [];
  for (let session = 0; session < 4; session++)
    befores.push(await startedBy(there, vault, [`+${MIC}`, `+${DISPLAY}`], key));
  const now = await startedBy(there, vault, [`+${MIC}`, `+${DISPLAY}`, SOUND], key);
  const backlogs = befores.map((before) => ({ started: before, media: kept(before, 60) }));
  for (const { started, media } of backlogs)
    for (const fragments of media.values()) await keep(started, fragments);

  // All that was tried while there was no network was in vain.
  there.proxy.set({ kind: 'cut' });
  const uplink = openUplink();
  onTestFinished(uplink.close);
  const earlier = befores.map((before) =>
    deliver(there, before, key, uplink.line(there.proxy.url, 'earlier')),
  );
  const present = deliver(there, now, key, uplink.line(there.proxy.url, 'present'));
  await expect.poll(() => there.proxy.counts().cut).toBeGreaterThan(2);
  const order: string[] = [];
  const earlierDone = Promise.all(earlier.map(({ finish }) => finish())).finally(() => order.push('earlier'));

  // A link that the backlog alone fills, and that the session needs a part of.
  there.proxy.set({ kind: 'slow', bytesPerSecond: 200_000 });
  uplink.wake();
  const recorded = kept(now, 40);
  const sound = recordedOf(now.sessionId, SOUND, 40);
  const lag: number[] = [];
  for (const [at, live] of sound.entries()) {
    present.delivery.passOn(live);
    for (const fragments of recorded.values()) {
      const fragment = fragments[at];
      if (fragment === undefined) continue;
      await keep(now, [fragment]);
      present.delivery.wake(fragment.header.channelId);
    }
    // Five times as fast as it would be recorded.
    await new Promise((resolve) => setTimeout(resolve, 200));
    lag.push(now.recording.fragments(MIC).length - now.recording.receipted(MIC));
  }
  expect(await present.finish()).toMatchObject({ ok: true, value: { status: 'stopped' } });
  order.push('present');
  // The rest as fast as it goes.
  there.proxy.set();
  for (const done of await earlierDone)
    expect(done).toMatchObject({ ok: true, value: { status: 'stopped' } });

  expect(order).toEqual(['present', 'earlier']);
  expect([present, ...earlier].flatMap(({ troubles }) => troubles)).toEqual([]);
  // Never behind by more than what would be seconds, although hundreds wait on the same link.
  expect(Math.max(...lag)).toBeLessThanOrEqual(5);
  expect(present.delivery.dropped(SOUND)).toBe(0);
  for (const { started, media } of [...backlogs, { started: now, media: recorded }])
    for (const [id, fragments] of media)
      expect(await heldBy(there, started.streams.get(id))).toEqual(hashesOf(fragments));
  const view = await seenBy(there, now.sessionId);
  expect(view.rtstreams.find(({ name }) => name === SOUND)).toMatchObject({ fragments: sound.length });
});

test('[P57] what waits for a network lies on the disk and not in memory, and is sent in order from the last receipt', async () => {
  const there = await remote();
  const key = makeClientKey();
  const started = await startedBy(there, await clientVault(), [`+${MIC}`], key);
  const uplink = openUplink();
  onTestFinished(uplink.close);
  const { delivery, troubles } = deliver(there, started, key, uplink.line(there.proxy.url, 'present'));
  const [init, ...media] = recordedOf(started.sessionId, MIC, 3);
  if (init === undefined) throw new Error('no init segment');
  await keep(started, [init, ...media]);
  delivery.wake(MIC);
  await expect.poll(() => started.recording.receipted(MIC)).toBe(1 + media.length);

  there.proxy.set({ kind: 'cut' });
  const bytes = Buffer.alloc(100_000);
  const before = usedBytes();
  for (let sequence = 0; sequence < 1000; sequence++) {
    bytes.writeUInt32BE(sequence);
    const { sessionId } = started;
    await keep(started, [testFragment({ sessionId, take: 2, sequence, bytes })]);
    delivery.wake(MIC);
  }
  // A hundred megabytes were recorded; what is held of them is where each lies.
  expect(usedBytes() - before).toBeLessThan(10_000_000);
  expect(there.proxy.counts().cut).toBeGreaterThan(0);
  expect(troubles).toEqual([]);
  const { requests } = there.proxy.counts();

  there.proxy.set();
  uplink.wake();
  // The service takes it for what it is not, and says so: nothing before the last receipt was sent again.
  await expect.poll(() => troubles).toEqual([`${MIC} bad-request`]);
  expect(there.proxy.counts().requests - requests).toBeLessThanOrEqual(2);
  expect(await heldBy(there, started.streams.get(MIC))).toEqual(hashesOf([init, ...media]));
});

/** What JavaScript holds after everything that nobody holds has gone, buffers included. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
