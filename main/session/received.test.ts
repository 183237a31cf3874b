import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DELIVERY_TYP, type DeliveryClaims } from '../../contract/delivery-receipt.ts';
import { ok } from '../../contract/result.ts';
import { startTestService, type TestService } from '../delivery/test-service.ts';
import { testSigner } from '../delivery/test-signer.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { SECOND_SESSION, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';

type Forged = (held: DeliveryClaims, service: TestService) => string | null;

/** What the service signs of each channel, changed. */
const ofEach =
  (change: (channel: DeliveryClaims['channels'][number]) => object): Forged =>
  (held, { signer }) => {
    const channels = held.channels.map((channel) => ({ ...channel, ...change(channel) }));
    return signer.sign(DELIVERY_TYP, { ...held, channels });
  };

const WRONG: readonly (readonly [string, Forged, string])[] = [
  ['says nothing', () => null, 'there is none'],
  ['says something that is no signature', () => 'yes', 'the signature does not hold'],
  [
    'says it with another key',
    (held) => testSigner().sign(DELIVERY_TYP, held),
    'the signature does not hold',
  ],
  [
    'signs it as something else',
    (held, { signer }) => signer.sign('tallylight-deletion+jwt', held),
    'it is no tallylight-delivery+jwt',
  ],
  [
    'signs something else as it',
    (held, { signer }) => signer.sign(DELIVERY_TYP, { session_id: held.session_id }),
    'what was signed is no receipt',
  ],
  [
    'signs for another session',
    (held, { signer }) => signer.sign(DELIVERY_TYP, { ...held, session_id: SECOND_SESSION }),
    'it is for another session',
  ],
  [
    'signs for one channel too few',
    (held, { signer }) => signer.sign(DELIVERY_TYP, { ...held, channels: held.channels.slice(0, 1) }),
    `it is not for ${SCREEN} as it is here`,
  ],
  [
    'signs for a fragment too few',
    ofEach(({ fragments }) => ({ fragments: fragments - 1 })),
    `it is not for ${MIC} as it is here`,
  ],
  [
    'signs for a byte too few',
    ofEach(({ bytes }) => ({ bytes: bytes - 1 })),
    `it is not for ${MIC} as it is here`,
  ],
  ['signs for other media', ofEach(() => ({ digest: '0'.repeat(64) })), `it is not for ${MIC} as it is here`],
];

/** Two channels that are to go from here after delivery, stopped at a service that signs what it wants. */
async function stopped(forged: Forged) {
  const t = await testRecorder();
  const { settings } = t.service;
  settings.policy = { ...settings.policy, localCopy: 'purge-after-delivery' };
  settings.deliveryJws = (held) => forged(held, t.service);
  done(await t.agree({ [MIC]: 'keep', [SCREEN]: 'keep' }));
  t.second();
  done(await t.recorder.stop('person'));
  await t.when(({ trouble }) => trouble !== null);
  return t;
}

describe('a service that confirms everything and', () => {
  test.each(WRONG)(
    '[P55][P63] %s is not believed: nothing is purged, and it is told',
    async (_name, forged, why) => {
      const t = await stopped(forged);
      expect(t.service.settings.status).toBe('stopped');
      expect(t.snapshot()).toMatchObject({
        session: { state: 'delivering' },
        trouble: { code: 'receipt-untrusted', detail: why },
      });
      const files = await readdir(join(t.dataDir, 'vault', TEST_SESSION));
      expect(files.filter((name) => name.includes('take'))).toHaveLength(2);
      const types = (await t.story()).map(({ type }) => type);
      for (const type of ['channel.delivered', 'recording.purged', 'session.complete'])
        expect(types).not.toContain(type);
    },
  );
});

test('[P55][P63] it is asked again at each start, which is told, and its copy goes once it signs', async () => {
  const first = await stopped(() => null);
  await first.recorder.close();
  const { dataDir, service } = first;
  const again = async () =>
    testRecorder({
      dataDir,
      services: [await startTestService(SECOND_SESSION)],
      sessionIds: [SECOND_SESSION],
      reopen: async () =>
        ok({
          server: service.url,
          sessionId: TEST_SESSION,
          title: null,
          token: service.grant().token,
          expiresAtMs: null,
        }),
    });
  const second = await again();
  await second.when(({ trouble }) => trouble?.code === 'receipt-untrusted');
  await second.when(({ delivery }) => delivery.pendingRecordings === 0);
  expect(await readdir(join(dataDir, 'vault'))).toEqual([TEST_SESSION]);
  await second.recorder.close();
  service.settings.deliveryJws = undefined;
  const t = await again();
  await t.when(() => t.logged.some((line) => line.startsWith('delivery.caught-up')));
  expect(await readdir(join(dataDir, 'vault'))).toEqual(['receipts']);
  const types = (await t.story()).map(({ type }) => type);
  expect(types.slice(-4)).toEqual([
    ...['channel.delivered', 'channel.delivered', 'recording.purged', 'session.complete'],
  ]);
});
