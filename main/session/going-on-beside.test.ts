import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fail, ok, type Result } from '../../contract/result.ts';
import { startTestService } from '../delivery/test-service.ts';
import type { Grant } from '../host.ts';
import { keyFileSecrets } from '../vault/key-file.ts';
import {
  done,
  noteStart,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { CHANNELS, type Options, testRecorder } from './test-recorder.ts';

/** The session that was cut off a minute ago. */
const EARLIER = 'cap-earlier-run0';
const MIC = 'mic:default';

/** A recorder on what another one left that was cut off a minute ago. */
async function startedOn(reopen: (grant: Grant) => Promise<Result<Grant>>, more: Partial<Options> = {}) {
  const dataDir = more.dataDir ?? (await testFolder());
  const service = await startTestService(EARLIER);
  await noteStart(dataDir, EARLIER);
  const anchorWallMs = Date.parse('2026-03-01T09:59:00.000Z');
  const channels = testFacts().channels.map((channel) => ({
    ...channel,
    rtstreamId: service.stream(channel.id).id,
  }));
  const facts = testFacts({ sessionId: EARLIER, server: service.url, anchorWallMs, channels });
  const recording = done(await (await testVault(dataDir)).create(facts));
  for (const sequence of [0, 1, 2])
    done(await recording.append(testFragment({ sessionId: EARLIER, sequence })));
  await recording.close();
  const { token } = service.grant();
  const grant: Grant = { server: service.url, sessionId: EARLIER, title: null, token, expiresAtMs: null };
  const t = await testRecorder({
    ...more,
    dataDir,
    services: [await startTestService(TEST_SESSION)],
    reopen: async (_server, sessionId) =>
      sessionId === EARLIER ? reopen(grant) : fail('session-unknown', sessionId),
  });
  return { ...t, dataDir, of: service };
}

/** The vault of a folder, and which recordings were read as a whole. */
async function watchedVault(dataDir: string) {
  const vault = vaultIn(dataDir, done(await keyFileSecrets(dataDir)));
  const read: string[] = [];
  return {
    read,
    vault: {
      ...vault,
      open: (id: string) => {
        read.push(id);
        return vault.open(id);
      },
    },
  };
}

test('[P57] a recording begins while your backend has not said whether the one that was cut off may go on', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Result<Grant>>();
  const t = await startedOn(async () => {
    asked.resolve();
    return answer.promise;
  });
  await asked.promise;
  done(await t.agree({ [MIC]: 'live' }));
  t.second();
  expect(t.state()).toBe('recording');
  expect(t.snapshot().session.id).toBe(TEST_SESSION);
  answer.resolve(fail('service-unreachable'));
});

test('[P57] a bug in looking at what was cut off ends no recording, and what was left is delivered', async () => {
  let lists = 0;
  const listChannels = async () => {
    lists += 1;
    if (lists === 2) throw new Error('no list for the look');
    return ok({ channels: CHANNELS, missing: [] });
  };
  const t = await startedOn(async (grant) => ok(grant), {
    expectsBug: true,
    parts: { listChannels },
  });
  done(await t.agree({ [MIC]: 'live' }));
  t.second();
  await t.when(({ delivery }) => delivery.recovered.length === 1 && delivery.pendingRecordings === 0);
  expect(t.state()).toBe('recording');
  expect(t.logged.filter((line) => line.startsWith('session.bug'))).toEqual([
    expect.stringContaining('no list for the look'),
  ]);
});

test('what nothing was written to for days is not read to find out whether it may go on', async () => {
  const dataDir = await testFolder();
  const { read, vault } = await watchedVault(dataDir);
  const days = new Date('2026-02-20T10:00:00.000Z');
  const old = 'cap-earlier-old0';
  await noteStart(dataDir, old);
  const recording = done(await vault.create(testFacts({ sessionId: old })));
  for (const sequence of [0, 1]) done(await recording.append(testFragment({ sessionId: old, sequence })));
  await recording.close();
  for (const name of await readdir(join(dataDir, 'vault', old)))
    await utimes(join(dataDir, 'vault', old, name), days, days);
  const t = await startedOn(async (grant) => ok(grant), { dataDir, parts: { vault } });
  await t.when(({ delivery }) => delivery.recovered.length === 2 && delivery.pendingRecordings === 0);
  // To be sent; the other one to find out where it was cut off, too.
  expect(read.toSorted()).toEqual([old, EARLIER, EARLIER].toSorted());
});
