import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COUNTERSIGNED_TYP, type CountersignedConsent } from '../../contract/consent.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { DEFAULT_POLICY, POLICY_TYP, type PolicyClaims } from '../../contract/policy.ts';
import { json, startTestService, type TestService } from '../delivery/test-service.ts';
import { testSigner } from '../delivery/test-signer.ts';
import { done, TEST_SESSION, testFolder } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { SAID, SECOND_SESSION, type TestRecorder, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const stranger = testSigner();
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const two = async (): Promise<[TestService, TestService]> => [
  await startTestService(TEST_SESSION),
  await startTestService(SECOND_SESSION),
];

/** Nothing was shown, nothing can be agreed to, and nobody was asked to start anything. */
async function expectRefused(t: TestRecorder, service: TestService): Promise<void> {
  await t.when(({ trouble }) => trouble !== null);
  expect(t.snapshot()).toMatchObject({ terms: null, trouble: { code: 'policy-untrusted' }, lamp: 'off' });
  done(t.recorder.choose({ channelId: MIC, mode: 'live' }));
  const agreement = { channels: [{ id: MIC, mode: 'live' as const }], policyVersion: 1, ...SAID };
  expect(await t.recorder.agree(agreement)).toMatchObject({ error: { code: 'policy-untrusted' } });
  expect(t.pipelines()).toBe(0);
  expect(await t.story()).toMatchObject([{ type: 'policy.refused', sessionId: TEST_SESSION }]);
  expect(service.paths().some((path) => path.endsWith('/start'))).toBe(false);
}

describe('a policy that nobody vouches for', () => {
  const edited = (jws: string, claims: object) => {
    const [head, , signature] = jws.split('.');
    return `${head}.${encoded(claims)}.${signature}`;
  };
  const forged: [string, (service: TestService, claims: PolicyClaims) => string][] = [
    ['signed with another key', (_service, claims) => stranger.sign(POLICY_TYP, claims)],
    ['signed as something else', ({ signer }, claims) => signer.sign('JWT', claims)],
    [
      'not signed',
      ({ signer }, claims) =>
        `${encoded({ alg: 'none', typ: POLICY_TYP, kid: signer.kid })}.${encoded(claims)}.`,
    ],
    [
      'edited after it was signed',
      ({ signer }, claims) =>
        edited(signer.sign(POLICY_TYP, claims), { ...claims, policy: { ...claims.policy, version: 2 } }),
    ],
    [
      'of another collection',
      ({ signer }, claims) => signer.sign(POLICY_TYP, { ...claims, collection: 'other' }),
    ],
    [
      'other than what is shown',
      ({ signer }, claims) =>
        signer.sign(POLICY_TYP, { ...claims, policy: { ...claims.policy, purpose: 'Training' } }),
    ],
    ['missing', () => ''],
  ];
  test.each(forged)('[P01][P26] starts nothing: %s', async (_what, forge) => {
    const service = await startTestService(TEST_SESSION);
    service.settings.policyJws = (claims) => forge(service, claims);
    await expectRefused(await testRecorder({ services: [service] }), service);
  });

  test('[P26] starts nothing: no answer of the service even has one', async () => {
    const service = await startTestService(TEST_SESSION);
    service.next(/^GET/, (response) =>
      json(response, 200, { success: true, data: { policy: DEFAULT_POLICY } }),
    );
    const t = await testRecorder({ services: [service] });
    await t.when(({ trouble }) => trouble !== null);
    expect(t.snapshot()).toMatchObject({ terms: null, trouble: { code: 'service-failed' } });
  });

  test('[P26] starts nothing: signed with another key than at the first meeting', async () => {
    const [service, dataDir] = [await startTestService(TEST_SESSION), await testFolder()];
    const first = await testRecorder({ services: [service], dataDir });
    await first.when(({ terms }) => terms !== null);
    await first.recorder.close();
    service.settings.policyJws = (claims) => stranger.sign(POLICY_TYP, claims);
    const t = await testRecorder({ services: [service], dataDir });
    await expectRefused(t, service);
    expect(t.snapshot().trouble?.detail).toContain(stranger.kid.slice(0, 12));
    expect(t.snapshot().trouble?.detail).toContain(service.signer.kid.slice(0, 12));
  });

  test('[P26] starts nothing where this machine has a policy that cannot be understood', async () => {
    const path = join(await testFolder(), 'policy.json');
    await writeFile(path, '{"channel":');
    const service = await startTestService(TEST_SESSION);
    const t = await testRecorder({ services: [service], env: { TALLYLIGHT_POLICY_FILE: path } });
    await expectRefused(t, service);
    expect(t.snapshot().trouble?.detail).toBe(path);
  });

  test('[P01][P26] that comes with the start ends that session before a device opens', async () => {
    const [first, second] = await two();
    first.settings.policyJws = (claims) =>
      (first.settings.status === 'starting' ? stranger : first.signer).sign(POLICY_TYP, claims);
    const t = await testRecorder({ services: [first, second] });
    expect(await t.agree({ [MIC]: 'keep' })).toMatchObject({ error: { code: 'policy-untrusted' } });
    expect(t.pipelines()).toBe(0);
    expect(first.paths().at(-1)).toMatch(/stop$/);
    expect((await t.story()).map(({ type }) => type)).toEqual([
      'consent.given',
      'policy.refused',
      'session.refused',
    ]);
    expect(await vaultIn(t.dataDir, t.secrets).list()).toEqual([]);
    expect(t.snapshot()).toMatchObject({
      session: { id: SECOND_SESSION, state: 'idle' },
      trouble: { code: 'policy-untrusted' },
    });
  });

  test('[P26] that is told when the person agrees is refused then', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    t.service.settings.policyJws = (claims) => stranger.sign(POLICY_TYP, claims);
    expect(await t.agree({ [MIC]: 'live' })).toMatchObject({ error: { code: 'policy-untrusted' } });
    expect(t.snapshot()).toMatchObject({ terms: null, session: { state: 'idle' } });
    expect((await t.story()).map(({ type }) => type)).toEqual(['policy.refused']);
  });
});

test('[P26] a service that goes back to an older policy weakens nothing', async () => {
  const [service, dataDir] = [await startTestService(TEST_SESSION), await testFolder()];
  const channels = { ...DEFAULT_POLICY.channels, mic: 'ephemeral' as const };
  service.settings.policy = { ...DEFAULT_POLICY, version: 7, channels };
  const before = await testRecorder({ services: [service], dataDir });
  await before.when(({ terms }) => terms !== null);
  await before.recorder.close();
  service.settings.policy = { ...DEFAULT_POLICY, version: 6 };
  const t = await testRecorder({ services: [service], dataDir });
  await t.when(({ terms }) => terms !== null);
  expect(t.snapshot().channels.map(({ id, allowed }) => [id, allowed])).toEqual([
    [MIC, ['off', 'live']],
    ['system_audio:default', ['off', 'live', 'keep']],
    ['display:1', ['off', 'live', 'keep']],
  ]);
  expect(t.recorder.choose({ channelId: MIC, mode: 'keep' })).toMatchObject({
    error: { code: 'policy-forbids' },
  });
  expect(t.logged).toContain('policy.older {"version":6,"known":7}');
});

test('[P15][P26] what this machine restricts is locked, shown in the terms, and in the statement', async () => {
  const path = join(await testFolder(), 'policy.json');
  await writeFile(path, JSON.stringify({ channels: { mic: 'ephemeral' }, maxSessionMinutes: 45 }));
  const t = await testRecorder({ env: { TALLYLIGHT_POLICY_FILE: path } });
  done(await t.agree({ [MIC]: 'live' }));
  expect(t.snapshot()).toMatchObject({ terms: { maxSessionMinutes: 45 } });
  const given = (await t.story()).find(({ type }) => type === 'consent.given');
  if (given?.type !== 'consent.given') throw new Error('no receipt');
  expect(given.receipt.statement).toMatchObject({ maxSessionMinutes: 45, ...SAID });
});

describe('the consent receipt', () => {
  test('[P01][P26][P29] is signed, countersigned, and kept with the recording; the log holds its digest', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    const held = t.service.consent() ?? '';
    expect(done(await vaultIn(t.dataDir, t.secrets).facts(TEST_SESSION)).consent).toBe(held);
    const claims: CountersignedConsent = JSON.parse(
      Buffer.from(held.split('.')[1] ?? '', 'base64url').toString(),
    );
    const receipt = JSON.parse(Buffer.from(claims.receipt?.split('.')[1] ?? '', 'base64url').toString());
    const [given, started] = await t.story();
    expect(given).toEqual({ type: 'consent.given', receipt });
    expect(receipt.statement).toMatchObject(SAID);
    const consentSha256 = createHash('sha256').update(held).digest('hex');
    expect(started).toMatchObject({ type: 'session.started', consentSha256 });
  });

  const wrong: [string, ErrorCode, (service: TestService, held: CountersignedConsent) => string | null][] = [
    ['not at all', 'service-failed', () => null],
    ['with another key', 'service-failed', (_service, held) => stranger.sign(COUNTERSIGNED_TYP, held)],
    ['as something else', 'service-failed', ({ signer }, held) => signer.sign(POLICY_TYP, held)],
    [
      'of another receipt',
      'not-now',
      ({ signer }, held) => signer.sign(COUNTERSIGNED_TYP, { ...held, receipt: 'a.b.c' }),
    ],
    [
      "of another client's key",
      'not-now',
      ({ signer }, held) => signer.sign(COUNTERSIGNED_TYP, { ...held, jkt: stranger.kid }),
    ],
    [
      'of another session',
      'service-failed',
      ({ signer }, held) => signer.sign(COUNTERSIGNED_TYP, { ...held, session_id: SECOND_SESSION }),
    ],
  ];
  test.each(wrong)(
    "[P01] that is countersigned %s starts nothing, and ends nothing that may be another's",
    async (_what, code, forge) => {
      const [first, second] = await two();
      first.settings.consentJws = (held) => forge(first, held);
      const t = await testRecorder({ services: [first, second] });
      expect(await t.agree({ [MIC]: 'keep' })).toMatchObject({ error: { code } });
      expect(t.pipelines()).toBe(0);
      expect(t.snapshot().session).toMatchObject({ id: SECOND_SESSION, state: 'idle' });
      expect(first.paths().filter((path) => path.endsWith('/stop'))).toEqual([]);
      expect(await vaultIn(t.dataDir, t.secrets).list()).toEqual([]);
    },
  );
});
