import { expect, test } from 'vitest';
import { receiptOf } from '../../backend/trial/client.ts';
import { call, startOf } from '../../backend/trial/recorder.ts';
import { type Trial, trial } from '../../backend/trial/service.ts';
import { CONSENT_TYP } from '../../contract/consent.ts';
import type { TokenGrant } from '../../contract/wire.ts';
import { makeClientKey } from '../../main/auth/client-key.ts';
import { serviceClient } from '../../main/delivery/service-client.ts';

/** A session and a token for it that nobody has shown yet. */
async function granted(service: Trial) {
  const sessions = '/collection/default/capture/session';
  const { data } = await call(service, 'POST', sessions, service.key, { end_user_id: 'ada' });
  const wish = { session_id: data.id };
  const grant = await call<TokenGrant>(service, 'POST', '/capture/session/token', service.key, wish);
  return { sessionId: data.id, token: grant.data.token };
}

test('[P08] the client records with a machine whose clock is hours off, and learns the time of the service', async () => {
  const service = await trial();
  for (const hours of [-26, 0, 3]) {
    const { sessionId, token } = await granted(service);
    const key = makeClientKey(() => service.clock.now + hours * 3_600_000);
    const client = serviceClient(service.url, sessionId, { key });
    expect(await client.session(token)).toMatchObject({ ok: true, value: { status: 'created' } });
    const receipt = receiptOf(sessionId, ['+mic:default']);
    const started = await client.start(token, {
      ...startOf(sessionId, '+mic:default'),
      consent_sha256: receipt.statementSha256,
      consent_jws: await key.sign(CONSENT_TYP, receipt),
    });
    expect(started).toMatchObject({ ok: true, value: { status: 'starting' } });
  }
});

test('[P09] a token that was stolen from the client is of no use to another one', async () => {
  const service = await trial();
  const { sessionId, token } = await granted(service);
  const owner = serviceClient(service.url, sessionId, { key: makeClientKey(() => service.clock.now) });
  const thief = serviceClient(service.url, sessionId, { key: makeClientKey(() => service.clock.now) });
  expect(await owner.session(token)).toMatchObject({ ok: true });
  expect(await thief.session(token)).toMatchObject({ ok: false, error: { code: 'proof-refused' } });
  const nothing = { duration_ms: 0, active_ms: 0, channels: [] };
  expect(await thief.stop(token, nothing)).toMatchObject({ ok: false, error: { code: 'proof-refused' } });
  expect(await owner.session(token)).toMatchObject({ ok: true, value: { status: 'created' } });
});

test('[P09] a client whose thumbprint your backend passed on is the first and only one', async () => {
  const service = await trial();
  const key = makeClientKey(() => service.clock.now);
  const { sessionId } = await granted(service);
  const wish = { session_id: sessionId, jkt: await key.jkt() };
  const { data } = await call<TokenGrant>(service, 'POST', '/capture/session/token', service.key, wish);
  const thief = serviceClient(service.url, sessionId, { key: makeClientKey(() => service.clock.now) });
  expect(await thief.session(data.token)).toMatchObject({ ok: false, error: { code: 'proof-refused' } });
  const owner = serviceClient(service.url, sessionId, { key });
  expect(await owner.session(data.token)).toMatchObject({ ok: true });
});
