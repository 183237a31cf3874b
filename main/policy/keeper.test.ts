import { generateKeyPairSync } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../contract/audit.ts';
import { DEFAULT_POLICY, POLICY_TYP, type Policy } from '../../contract/policy.ts';
import { fail, ok } from '../../contract/result.ts';
import type { KeySet } from '../../contract/wire.ts';
import { type TestSigner, testSigner } from '../delivery/test-signer.ts';
import { done, testFolder } from '../vault/test-vault.ts';
import { policyKeeper } from './keeper.ts';
import { SERVER, signedWith, testClaims, toldBy } from './test-signed.ts';

const version = (number: number, changes: Partial<Policy> = {}): Policy => ({
  ...DEFAULT_POLICY,
  version: number,
  ...changes,
});
const NO_MIC = { channels: { ...DEFAULT_POLICY.channels, mic: 'forbidden' as const } };

async function keeper(env: Record<string, string> = {}, dataDir?: string) {
  const folder = dataDir ?? (await testFolder());
  const logged: string[] = [];
  const noted: AuditEvent[] = [];
  const asked: string[] = [];
  const kept = policyKeeper({
    dataDir: folder,
    env,
    log: (event) => void logged.push(event),
    now: () => new Date('2026-03-01T10:00:00.000Z'),
    audit: async (event) => void noted.push(event),
  });
  const keysOf = (signer: TestSigner) => async () => {
    asked.push(signer.kid);
    return ok(signer.keys);
  };
  return {
    kept,
    dataDir: folder,
    logged,
    noted,
    asked,
    keysOf,
    /** What applies under a policy that this service signs. */
    accept: (signer: TestSigner, policy: Policy = DEFAULT_POLICY, serviceKey?: string) =>
      kept.accept(
        { server: SERVER, ...(serviceKey === undefined ? {} : { serviceKey }) },
        toldBy(signer, { policy }),
        keysOf(signer),
      ),
  };
}

describe('the key of a service', () => {
  test('is pinned at the first meeting, durably and for this user only, and not asked for again', async () => {
    const service = testSigner();
    const t = await keeper();
    expect(await t.accept(service)).toEqual(ok(DEFAULT_POLICY));
    const path = join(t.dataDir, 'trust.json');
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      format: 1,
      services: {
        'https://media.example.com': {
          kid: service.kid,
          x: service.keys.keys[0]?.x,
          firstSeen: '2026-03-01T10:00:00.000Z',
        },
      },
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const later = await keeper({}, t.dataDir);
    expect(await later.accept(service)).toEqual(ok(DEFAULT_POLICY));
    expect([t.asked, later.asked]).toEqual([[service.kid], []]);
  });

  test('[P26] that is another one than the pinned is refused, naming both, and changes nothing', async () => {
    const [first, second] = [testSigner(), testSigner()];
    const t = await keeper();
    done(await t.accept(first));
    const before = await readFile(join(t.dataDir, 'trust.json'), 'utf8');
    expect(await t.accept(second)).toMatchObject({
      error: {
        code: 'policy-untrusted',
        detail: `signed with key ${second.kid.slice(0, 12)}…, pinned here is ${first.kid.slice(0, 12)}…`,
      },
    });
    expect(await readFile(join(t.dataDir, 'trust.json'), 'utf8')).toBe(before);
    expect(await t.accept(first)).toMatchObject({ ok: true });
  });

  test('that your backend names counts before the pinned one, and is pinned from then on', async () => {
    const [first, second] = [testSigner(), testSigner()];
    const t = await keeper();
    done(await t.accept(first));
    expect(await t.accept(first, DEFAULT_POLICY, second.kid)).toMatchObject({
      error: { code: 'policy-untrusted', detail: expect.stringContaining('named by your backend') },
    });
    expect(t.noted).toEqual([]);
    done(await t.accept(second, DEFAULT_POLICY, second.kid));
    done(await t.accept(second));
    expect(t.noted).toEqual([
      { type: 'trust.replaced', origin: SERVER, fromKid: first.kid, toKid: second.kid },
    ]);
    expect(await t.accept(first)).toMatchObject({ error: { code: 'policy-untrusted' } });
  });

  test('is not pinned by what does not hold, nor by a name that is not its own', async () => {
    const [service, liar] = [testSigner(), testSigner()];
    const t = await keeper();
    const forged: KeySet = {
      keys: liar.keys.keys.map((key) => ({ ...key, kid: service.kid })),
    };
    const asked = async () => ok(forged);
    const told = toldBy(service);
    expect(await t.kept.accept({ server: SERVER }, told, asked)).toMatchObject({
      error: { code: 'policy-untrusted' },
    });
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    const named = { kty: 'OKP', crv: 'Ed25519', x, kid: 'the-key', alg: 'EdDSA', use: 'sig' } as const;
    const header = { alg: 'EdDSA', typ: POLICY_TYP, kid: 'the-key' };
    const signed = { ...told, policy_jws: signedWith(privateKey, header, testClaims()) };
    expect(await t.kept.accept({ server: SERVER }, signed, async () => ok({ keys: [named] }))).toMatchObject({
      error: { code: 'policy-untrusted' },
    });
    const edited = { ...told, policy: version(9) };
    expect(await t.kept.accept({ server: SERVER }, edited, t.keysOf(service))).toMatchObject({ ok: false });
    await expect(stat(join(t.dataDir, 'trust.json'))).rejects.toThrow('ENOENT');
  });

  test('cannot be known while the service cannot be reached, which can be tried again', async () => {
    const t = await keeper();
    const away = async () => fail('service-unreachable');
    const silent = async () => fail('service-failed');
    expect(await t.kept.accept({ server: SERVER }, toldBy(testSigner()), away)).toMatchObject({
      error: { code: 'service-unreachable' },
    });
    expect(await t.kept.accept({ server: SERVER }, toldBy(testSigner()), silent)).toMatchObject({
      error: { code: 'policy-untrusted' },
    });
  });

  test('is not forgotten where the file of keys is damaged: nothing is trusted until it is mended', async () => {
    const service = testSigner();
    const t = await keeper();
    done(await t.accept(service));
    await writeFile(join(t.dataDir, 'trust.json'), '{"format":1,"services":{"https://media');
    expect(await t.accept(service)).toMatchObject({ error: { code: 'policy-untrusted' } });
    expect(await t.kept.opened(SERVER, service.sign('any', {}), 'any')).toMatchObject({ ok: false });
  });

  test('says what else it signed, and nothing of a service that was never met', async () => {
    const service = testSigner();
    const t = await keeper();
    const word = service.sign('word', { said: 1 });
    expect(await t.kept.opened(SERVER, word, 'word')).toMatchObject({ ok: false });
    done(await t.accept(service));
    expect(await t.kept.opened(`${SERVER}/api`, word, 'word')).toEqual(ok({ said: 1 }));
    expect(await t.kept.opened(SERVER, word, 'other')).toMatchObject({ ok: false });
    expect(await t.kept.opened(SERVER, testSigner().sign('word', {}), 'word')).toMatchObject({ ok: false });
  });
});

test('a service that moved is the same where it signs with the same key, and no other is', async () => {
  const [service, stranger] = [testSigner(), testSigner()];
  const t = await keeper();
  const [moved, other] = ['https://moved.example.com', 'https://other.example.com'];
  expect(await t.kept.isSame(`${SERVER}/v1`, SERVER)).toBe(true);
  expect(await t.kept.isSame(SERVER, moved)).toBe(false);
  done(await t.accept(service));
  done(await t.kept.accept({ server: moved }, toldBy(service), t.keysOf(service)));
  done(await t.kept.accept({ server: other }, toldBy(stranger), t.keysOf(stranger)));
  expect(await t.kept.isSame(SERVER, moved)).toBe(true);
  expect(await t.kept.isSame(SERVER, other)).toBe(false);
});

describe('the newest policy that is known', () => {
  test('[P26] is not weakened by an older one, which is told in the log', async () => {
    const service = testSigner();
    const t = await keeper();
    done(await t.accept(service, version(5, NO_MIC)));
    const later = await keeper({}, t.dataDir);
    const effective = done(await later.accept(service, version(4)));
    expect(effective).toMatchObject({ version: 4, channels: { mic: 'forbidden', display: 'choose' } });
    expect(later.logged).toEqual(['policy.older']);
    expect(done(await later.accept(service, version(6))).channels.mic).toBe('choose');
    expect(done(await later.accept(service, version(4, NO_MIC))).channels.mic).toBe('forbidden');
  });

  test('that says something else in the same version makes neither weaker', async () => {
    const service = testSigner();
    const t = await keeper();
    done(await t.accept(service, version(5, NO_MIC)));
    expect(done(await t.accept(service, version(5))).channels.mic).toBe('forbidden');
  });

  test('is kept for each collection by itself, and cannot be edited into another one', async () => {
    const service = testSigner();
    const t = await keeper();
    const other = toldBy(service, { collection: 'other', policy: version(9, NO_MIC) });
    done(await t.kept.accept({ server: SERVER }, other, t.keysOf(service)));
    expect(done(await t.accept(service, version(2)))).toEqual(version(2));
    const path = join(t.dataDir, 'policies.json');
    const cache = await readFile(path, 'utf8');
    await writeFile(
      path,
      cache.replace('\\"default\\"', '\\"gone\\"').replace('\\"other\\"', '\\"default\\"'),
    );
    expect(done(await t.accept(service, version(2)))).toEqual(version(2));
    expect(t.logged).toContain('policy.cached-untrusted');
  });

  test('is kept for each tenant by itself, and cannot be edited into that of another', async () => {
    const service = testSigner();
    const t = await keeper();
    const other = toldBy(service, { tenant: 'other', policy: version(9, NO_MIC) });
    done(await t.kept.accept({ server: SERVER }, other, t.keysOf(service)));
    expect(done(await t.accept(service, version(2)))).toEqual(version(2));
    const path = join(t.dataDir, 'policies.json');
    const cache = await readFile(path, 'utf8');
    await writeFile(path, cache.replace('\\"test\\"', '\\"gone\\"').replace('\\"other\\"', '\\"test\\"'));
    expect(done(await t.accept(service, version(2)))).toEqual(version(2));
    expect(t.logged).toContain('policy.cached-untrusted');
  });

  test('that was damaged on the disk is what is told now', async () => {
    const service = testSigner();
    const t = await keeper();
    done(await t.accept(service, version(5, NO_MIC)));
    await writeFile(join(t.dataDir, 'policies.json'), 'no longer JSON');
    expect(done(await t.accept(service, version(5)))).toEqual(version(5));
    expect(JSON.parse(await readFile(join(t.dataDir, 'policies.json'), 'utf8')).format).toBe(1);
  });
});

describe('the policy of this machine', () => {
  async function managed(content: string) {
    const path = join(await testFolder(), 'policy.json');
    await writeFile(path, content);
    return { path, t: await keeper({ TALLYLIGHT_POLICY_FILE: path }) };
  }

  test('[P15][P26] makes stricter what the service says', async () => {
    const { t } = await managed(
      JSON.stringify({
        channels: { mic: 'ephemeral' },
        maxSessionMinutes: 30,
        localCopy: 'purge-after-delivery',
      }),
    );
    expect(await t.accept(testSigner(), version(3, { maxSessionMinutes: 60 }))).toEqual(
      ok({
        ...version(3),
        channels: { ...DEFAULT_POLICY.channels, mic: 'ephemeral' },
        maxSessionMinutes: 30,
        localCopy: 'purge-after-delivery',
      }),
    );
  });

  test.each(['', '{', '[]', '{"chanels":{}}', '{"channels":{"mic":"never"}}', '{"retentionDays":0}'])(
    'that cannot be understood (%j) lets nothing start, naming the file',
    async (content) => {
      const { t, path } = await managed(content);
      expect(await t.accept(testSigner())).toEqual(fail('policy-untrusted', path));
    },
  );

  test('that is named and not there lets nothing start; where none is named there is none', async () => {
    const t = await keeper({ TALLYLIGHT_POLICY_FILE: '/nowhere/policy.json' });
    expect(await t.accept(testSigner())).toEqual(fail('policy-untrusted', '/nowhere/policy.json'));
    expect(await (await keeper({ TALLYLIGHT_POLICY_FILE: '' })).accept(testSigner())).toMatchObject({
      ok: true,
    });
  });
});
