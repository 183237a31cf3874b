import { describe, expect, test, vi } from 'vitest';
import { CONSENT_TYP, consentReceipt } from '../../contract/consent.ts';
import { ok } from '../../contract/result.ts';
import { clientKey } from '../auth/client-key.ts';
import { agreedStart } from '../delivery/test-consent.ts';
import { TEST_SESSION, testFacts } from '../vault/test-vault.ts';
import { heldConsent } from './held-consent.ts';

/** What is held where the service countersigned this receipt. */
function heldWith(receipt: string) {
  const held = { session_id: TEST_SESSION, receipt, jkt: null, iat: 1 };
  return heldConsent('https://media.example.com', testFacts({ consent: 'countersigned' }), {
    opened: async () => ok(held),
  });
}

async function receiptOf(sessionId: string): Promise<string> {
  const channels = [{ channel_id: 'mic:default', type: 'audio' as const, store: true }];
  return (await agreedStart(clientKey, sessionId, channels)).consent_jws ?? '';
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('the consent that a recording goes on under', () => {
  test('is the statement that the client signed', async () => {
    expect(await heldWith(await receiptOf(TEST_SESSION))).toMatchObject({
      value: { sessionId: TEST_SESSION, channels: [{ id: 'mic:default', mode: 'keep' }] },
    });
  });

  test('is none where it is of another session, or nothing signed says so', async () => {
    const [header, , signature] = (await receiptOf(TEST_SESSION)).split('.');
    const jwk = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };
    const refused = [
      await receiptOf('cap-another000'),
      await clientKey.sign(CONSENT_TYP, { statement: 'another' }),
      await clientKey.sign('another+jwt', {}),
      'a.b.c',
      `${header}.${encoded({})}.${signature}`,
      `${encoded({ alg: 'ES256', typ: CONSENT_TYP, jwk })}.${encoded({})}.${signature}`,
    ];
    for (const receipt of refused)
      expect(await heldWith(receipt)).toMatchObject({ error: { code: 'consent-missing' } });
  });

  test('is not said to be missing where something of ours broke', async () => {
    const receipt = await receiptOf(TEST_SESSION);
    const broken = vi.spyOn(consentReceipt, 'safeParse').mockImplementation(() => {
      throw new TypeError('a bug');
    });
    await expect(heldWith(receipt)).rejects.toThrow('a bug');
    broken.mockRestore();
  });
});
