import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keyFileSecrets } from '../vault/key-file.ts';
import { done, testFolder } from '../vault/test-vault.ts';
import { type Vault, vaultIn } from '../vault/vault.ts';
import { KEEP_LIMITS } from './keeping.ts';
import { testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SYSTEM = 'system_audio:default';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A vault on a disk that from the third fragment on does not answer, until it is let. */
async function hangingVault(dataDir: string) {
  const vault = vaultIn(dataDir, done(await keyFileSecrets(dataDir)));
  const answer = Promise.withResolvers<void>();
  let count = 0;
  const hanging: Vault = {
    ...vault,
    create: async (facts) => {
      const made = await vault.create(facts);
      if (!made.ok) return made;
      const append: typeof made.value.append = async (fragment) => {
        count += 1;
        if (count > 2) await answer.promise;
        return made.value.append(fragment);
      };
      return { ok: true, value: { ...made.value, append } };
    },
  };
  return { vault: hanging, answer: answer.resolve };
}

/** So much time passes, in which the devices go on. */
async function pass(t: Awaited<ReturnType<typeof testRecorder>>, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    t.second();
    vi.advanceTimersByTime(1000);
    await Promise.resolve();
  }
}

test('[P57] a disk that does not answer is told within seconds, and no more when it answers', async () => {
  const dataDir = await testFolder();
  const { vault, answer } = await hangingVault(dataDir);
  const t = await testRecorder({ dataDir, parts: { vault } });
  done(await t.agree({ [MIC]: 'keep' }));
  await pass(t, 7000);
  expect(t.snapshot().channels.find(({ id }) => id === MIC)?.trouble?.code).toBe('vault-unwritable');
  expect(t.snapshot().session.state).toBe('recording');
  answer();
  await t.when(({ channels }) => channels.every(({ trouble }) => trouble === null));
});

test('[P57] a disk that is given up ends what is stored, and what is live only goes on', async () => {
  const dataDir = await testFolder();
  const { vault } = await hangingVault(dataDir);
  const t = await testRecorder({ dataDir, parts: { vault } });
  done(await t.agree({ [MIC]: 'keep', [SYSTEM]: 'live' }));
  await pass(t, KEEP_LIMITS.mostMs + 5000);
  await t.when(({ channels }) => channels.find(({ id }) => id === MIC)?.state === 'lost');
  expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording' } });
  expect(t.snapshot().channels.find(({ id }) => id === MIC)?.trouble?.code).toBe('vault-unwritable');
});

test('[P57][P06] Stop releases the devices though the disk does not answer', async () => {
  const dataDir = await testFolder();
  const { vault } = await hangingVault(dataDir);
  const t = await testRecorder({ dataDir, parts: { vault } });
  done(await t.agree({ [MIC]: 'keep' }));
  await pass(t, 3000);
  const stopped = t.recorder.stop('person');
  await t.when(({ lamp }) => lamp === 'off');
  vi.advanceTimersByTime(KEEP_LIMITS.mostMs + 1000);
  done(await stopped);
});
