import { expect, test } from 'vitest';
import { POLICY_TYP, type Policy } from '../../contract/policy.ts';
import { ok } from '../../contract/result.ts';
import { startTestService } from '../delivery/test-service.ts';
import { testSigner } from '../delivery/test-signer.ts';
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
import { testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const EARLIER = 'cap-earlier-run0';

/** A start after a crash: two fragments of an earlier session wait, for a service whose policy is this by now. */
async function startedAfter(changes: Partial<Policy>, isForged = false) {
  const dataDir = await testFolder();
  const service = await startTestService(EARLIER);
  const stream = service.stream(MIC);
  service.settings.policy = { ...service.settings.policy, version: 7, ...changes };
  if (isForged) service.settings.policyJws = (claims) => testSigner().sign(POLICY_TYP, claims);
  const channels = testFacts()
    .channels.map((channel) => ({ ...channel, rtstreamId: stream.id }))
    .slice(0, 1);
  const facts = testFacts({ sessionId: EARLIER, server: service.url, channels });
  await noteStart(dataDir, EARLIER);
  const recording = done(await (await testVault(dataDir)).create(facts));
  for (const sequence of [0, 1]) done(await recording.append(testFragment({ sessionId: EARLIER, sequence })));
  await recording.close();
  const t = await testRecorder({
    dataDir,
    services: [await startTestService(TEST_SESSION)],
    reopen: async (server, sessionId) =>
      ok({ server, sessionId, title: null, token: service.grant().token, expiresAtMs: null }),
  });
  const vault = vaultIn(dataDir, t.secrets);
  const settled = () => t.when(() => t.logged.some((line) => /^delivery\.(caught-up|waits)/.test(line)));
  return { t, service, vault, settled };
}

test('[P24][P26] nothing of an earlier recording is sent to a service that nobody vouches for', async () => {
  const { t, service, vault, settled } = await startedAfter({}, true);
  await settled();
  expect(service.paths().filter((path) => path.startsWith('PUT'))).toEqual([]);
  expect(done(await vault.facts(EARLIER)).delivered).toBe(false);
  expect(t.logged.some((line) => line.includes('policy-untrusted'))).toBe(true);
});

test('[P26] what the policy forbids by now is not sent, and stays here', async () => {
  const channels = { mic: 'ephemeral', system_audio: 'choose', display: 'choose' } as const;
  const { t, service, vault, settled } = await startedAfter({ channels, localCopy: 'purge-after-delivery' });
  await settled();
  expect(service.paths().filter((path) => path.startsWith('PUT'))).toEqual([]);
  const left = done(await vault.open(EARLIER));
  expect(left.facts().cut).toMatchObject([{ channelId: MIC, code: 'policy-forbids', fragments: 0 }]);
  expect(left.fragments(MIC)).toHaveLength(2);
  expect(t.snapshot().trouble).toMatchObject({ code: 'delivery-cut' });
});

test('[P26] the copy goes after delivery where the policy says so by now, whatever it said then', async () => {
  const { service, vault, settled } = await startedAfter({ localCopy: 'purge-after-delivery' });
  await settled();
  expect(service.held(MIC)).toHaveLength(2);
  expect(await vault.list()).toEqual([]);
});
