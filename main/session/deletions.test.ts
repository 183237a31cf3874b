import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DELIVERY_TYP } from '../../contract/delivery-receipt.ts';
import { POLICY_TYP } from '../../contract/policy.ts';
import { fail } from '../../contract/result.ts';
import { DELETION_TYP } from '../../contract/wire.ts';
import { refusal, startTestService } from '../delivery/test-service.ts';
import { testSigner } from '../delivery/test-signer.ts';
import { keepReceipt } from '../vault/delivery-receipt.ts';
import { KEY_FILE } from '../vault/erase.ts';
import {
  done,
  noteStart,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from '../vault/test-vault.ts';
import { SECOND_SESSION, settled, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';
const EARLIER = 'cap-earlier-run0';
const OTHER = 'cap-earlier-run1';

/** A data folder that met this service before and holds two recordings of it, one of them delivered. */
async function held(server?: string) {
  const [dataDir, service] = [await testFolder(), await startTestService(TEST_SESSION)];
  await noteStart(dataDir, EARLIER);
  const vault = await testVault(dataDir);
  for (const [sessionId, delivered] of [[EARLIER, true] as const, [OTHER, false] as const]) {
    const recording = done(
      await vault.create(testFacts({ sessionId, server: server ?? service.url, delivered })),
    );
    for (const channelId of [MIC, SCREEN])
      for (const sequence of [0, 1])
        done(await recording.append(testFragment({ sessionId, channelId, sequence })));
    await recording.close();
  }
  const started = async () => {
    const t = await testRecorder({
      dataDir,
      services: [service],
      reopen: async () => fail('session-unknown'),
    });
    await settled(t);
    const purged = (await t.story()).filter(({ type }) => type === 'recording.purged');
    return { t, purged, list: await vault.list() };
  };
  return { dataDir, service, vault, started };
}
const isAsked = ({
  asked,
}: {
  readonly asked: readonly { readonly path: string; readonly body: Buffer }[];
}) =>
  asked
    .filter(({ path }) => path === '/capture/deletions')
    .map(({ body }): unknown => JSON.parse(String(body)));

describe('what was deleted on the service', () => {
  test('[P17][P20] goes here when the client next connects, delivered or not', async () => {
    const { service, started } = await held();
    service.settings.deleted = [EARLIER, OTHER].map((session_id) => ({ session_id, channel_id: null }));
    const { list, purged } = await started();
    expect(list).toEqual([]);
    expect(isAsked(service)).toEqual([{ session_ids: [EARLIER, OTHER] }]);
    expect(purged).toEqual(
      [EARLIER, OTHER].map((sessionId) => ({
        type: 'recording.purged',
        sessionId,
        reason: 'deleted-at-service',
        files: 6,
      })),
    );
  });

  test('[P17] of one channel takes that channel and no other, once', async () => {
    const { service, vault, dataDir, started } = await held();
    service.settings.deleted = [{ session_id: EARLIER, channel_id: MIC }];
    const { list, purged } = await started();
    expect(list).toEqual([EARLIER, OTHER]);
    expect(purged).toMatchObject([{ sessionId: EARLIER, channelId: MIC, files: 1 }]);
    const names = await readdir(join(dataDir, 'vault', EARLIER));
    expect(names.filter((name) => name.startsWith('mic'))).toEqual([]);
    const recording = done(await vault.open(EARLIER));
    expect([recording.damage(), recording.fragments(SCREEN).length]).toEqual([undefined, 2]);
    expect((await started()).purged).toHaveLength(1);
  });

  test('[P17][P20] takes the receipt too that is left of a purged one, where that service signed it', async () => {
    const { service, vault, dataDir, started } = await held();
    done(await vault.erase(EARLIER));
    done(await vault.erase(OTHER));
    const claims = { session_id: EARLIER, channels: [], iat: 1 };
    const root = join(dataDir, 'vault');
    done(await keepReceipt(root, EARLIER, service.signer.sign(DELIVERY_TYP, claims)));
    done(await keepReceipt(root, OTHER, testSigner().sign(DELIVERY_TYP, { ...claims, session_id: OTHER })));
    service.settings.deleted = [EARLIER, OTHER].map((session_id) => ({ session_id, channel_id: null }));
    const { purged } = await started();
    expect(isAsked(service)).toEqual([{ session_ids: [EARLIER] }]);
    expect(await vault.receipts()).toEqual([OTHER]);
    expect(purged).toEqual([
      { type: 'recording.purged', sessionId: EARLIER, reason: 'deleted-at-service', files: 1 },
    ]);
  });

  test('nothing is asked where nothing is held', async () => {
    const t = await testRecorder();
    await settled(t);
    expect(isAsked(t.service)).toEqual([]);
  });

  test('[P17] is looked for again before an earlier recording is sent', async () => {
    const { dataDir, service } = await held();
    service.next(/deletions$/, refusal('service-failed'));
    const earlier = await startTestService(OTHER);
    earlier.settings.deleted = [{ session_id: OTHER, channel_id: null }];
    earlier.settings.tombstones = [
      service.signer.sign(DELETION_TYP, { session_id: OTHER, channel_id: null, iat: 1 }),
    ];
    const t = await testRecorder({
      dataDir,
      services: [service],
      reopen: async () => ({
        ok: true,
        value: {
          server: earlier.url,
          sessionId: OTHER,
          title: null,
          token: earlier.grant().token,
          expiresAtMs: null,
        },
      }),
    });
    await settled(t);
    expect((await t.story()).at(-1)).toMatchObject({ sessionId: OTHER, reason: 'deleted-at-service' });
    expect(earlier.paths().some((path) => path.startsWith('PUT'))).toBe(false);
  });
});

describe('what cannot be read here', () => {
  /** One of them damaged, the other with its key in a key store that is not this one. */
  async function unreadable(server?: string) {
    const found = await held(server);
    const file = (id: string, name: string) => join(found.dataDir, 'vault', id, name);
    await writeFile(file(EARLIER, 'recording.sealed'), 'damaged');
    const key = await readFile(file(OTHER, KEY_FILE));
    const end = key.indexOf('\n');
    await writeFile(
      file(OTHER, KEY_FILE),
      Buffer.concat([
        Buffer.from(key.subarray(0, end).toString().replace('key-file', 'keychain')),
        key.subarray(end),
      ]),
    );
    const codes = await Promise.all([EARLIER, OTHER].map((id) => found.vault.facts(id)));
    expect(codes).toMatchObject([{ error: { code: 'vault-damaged' } }, { error: { code: 'key-elsewhere' } }]);
    return found;
  }

  test('[P17][P20] for it is damaged goes too when the service signs that its session was deleted', async () => {
    const { service, dataDir, started } = await unreadable();
    service.settings.deleted = [EARLIER, OTHER].map((session_id) => ({ session_id, channel_id: null }));
    const { list, purged } = await started();
    // The other is asked about where it can be read, and by its own service only.
    expect(list).toEqual([OTHER]);
    expect(await readdir(join(dataDir, 'vault'))).toEqual([OTHER]);
    expect(isAsked(service)).toEqual([{ session_ids: [EARLIER] }]);
    expect(purged).toMatchObject([{ sessionId: EARLIER, reason: 'deleted-at-service', files: 6 }]);
  });

  test('[P17] stays where one channel of it was deleted, or somebody else signs', async () => {
    const { service, started } = await unreadable();
    service.settings.deleted = [{ session_id: EARLIER, channel_id: MIC }];
    service.settings.tombstones = [
      testSigner().sign(DELETION_TYP, { session_id: OTHER, channel_id: null, iat: 1 }),
    ];
    const { t, list, purged } = await started();
    expect([list, purged]).toEqual([[EARLIER, OTHER], []]);
    expect(t.logged.some((line) => line.startsWith('deletions.not-erased'))).toBe(false);
  });
});

describe('a word that does not hold erases nothing', () => {
  const stranger = testSigner();
  const claims = { session_id: EARLIER, channel_id: null, iat: 1 };
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

  test('[P17] forged, foreign, edited, of another kind, or about something else', async () => {
    const { service, started } = await held();
    const { sign, kid } = service.signer;
    const [head, , signature] = sign(DELETION_TYP, { ...claims, session_id: SECOND_SESSION }).split('.');
    service.settings.tombstones = [
      stranger.sign(DELETION_TYP, claims),
      `${encoded({ alg: 'none', typ: DELETION_TYP, kid })}.${encoded(claims)}.`,
      `${head}.${encoded(claims)}.${signature}`,
      sign(POLICY_TYP, claims),
      sign(DELETION_TYP, { session_id: EARLIER }),
      sign(DELETION_TYP, { ...claims, session_id: SECOND_SESSION }),
      'gone',
      '',
    ];
    const { t, list, purged } = await started();
    expect([list, purged]).toEqual([[EARLIER, OTHER], []]);
    expect(t.logged.filter((line) => line.startsWith('deletions.untrusted'))).toHaveLength(8);
  });

  test('[P17] of another service about a recording that is not its own', async () => {
    const { service, started } = await held('https://media.example.com');
    service.settings.deleted = [{ session_id: EARLIER, channel_id: null }];
    service.settings.tombstones = [service.signer.sign(DELETION_TYP, claims)];
    const { list } = await started();
    expect(list).toEqual([EARLIER, OTHER]);
    expect(isAsked(service)).toEqual([]);
  });

  test('[P17] that a service does not know a session, or of deletions, is no word at all', async () => {
    const { service, started } = await held();
    service.next(/deletions$/, refusal('session-unknown'));
    const { t, list, purged } = await started();
    expect([list, purged]).toEqual([[EARLIER, OTHER], []]);
    expect(t.logged.some((line) => line.startsWith('deletions.not-told'))).toBe(true);
  });
});
