import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DELIVERY_TYP, deliveryClaims } from '../../contract/delivery-receipt.ts';
import type { SessionView, StopSessionRequest, TokenGrant } from '../../contract/wire.ts';
import { newClient, SOME_CLIENT } from '../trial/client.ts';
import { rowsOf } from '../trial/held.ts';
import { takeOf } from '../trial/media.ts';
import { recorded } from '../trial/recorded.ts';
import { call, deliver, manifestOf, shownBy, started, stopOf } from '../trial/recorder.ts';
import { trial } from '../trial/service.ts';
import { verifiedBy } from '../trial/signed.ts';

const MIC = 'mic:default';
const SYSTEM = 'system_audio:default';
const sha256 = (of: string | Uint8Array) => createHash('sha256').update(of).digest('hex');

/** A session with a microphone that is kept, all of which is delivered, and a way to stop it as it is said. */
async function delivered() {
  const service = await trial();
  const made = await recorded(service, service.key, { endUserId: 'ada', until: 'delivered' });
  const path = `/capture/session/${made.session.id}`;
  const said = stopOf(manifestOf(MIC, made.take));
  const claims = { ...said, session_id: made.session.id, iat: service.clock.now / 1000 };
  const stop = async (body: StopSessionRequest, token = made.token, client = SOME_CLIENT) => {
    const shown = await shownBy(client, service, 'POST', `${path}/stop`, token);
    const headers = { 'content-type': 'application/json', ...shown };
    const asked = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${service.url}${path}/stop`, asked);
    return { status: response.status, ...JSON.parse(await response.text()) };
  };
  return { service, ...made, path, said, claims, stop };
}

describe('a stop', () => {
  test('[P63] is refused without a manifest that just this client signed, and the session goes on', async () => {
    const { service, path, token, said, claims, stop } = await delivered();
    const stranger = await newClient();
    const fewer = {
      ...said,
      channels: said.channels.map((one) => ({ ...one, fragments: one.fragments - 1 })),
    };
    const proof = { method: 'POST', url: `${service.url}${path}/stop`, token, nowMs: service.clock.now };
    const wrong: Record<string, StopSessionRequest> = {
      'no signature': said,
      'no JWS': { ...said, manifest_jws: 'yes' },
      'no algorithm': { ...said, manifest_jws: 'eyJhbGciOiJub25lIn0.e30.' },
      'the key of somebody else': { ...said, manifest_jws: await stranger.manifest(claims) },
      'another kind of statement': { ...said, manifest_jws: await SOME_CLIENT.proof(proof) },
      'of another session': {
        ...said,
        manifest_jws: await SOME_CLIENT.manifest({ ...claims, session_id: 'cap-another-one' }),
      },
      'more than was signed': { ...said, manifest_jws: await SOME_CLIENT.manifest({ ...claims, ...fewer }) },
    };
    for (const [name, body] of Object.entries(wrong))
      expect({ name, ...(await stop(body)) }).toMatchObject({
        ...{ name, status: 400, error_code: 'bad-request', detail: expect.stringMatching(/^manifest: /) },
      });
    expect((await call(service, 'GET', path, token)).data).toMatchObject({ status: 'active' });
    const right = { ...said, manifest_jws: await SOME_CLIENT.manifest(claims) };
    expect(await stop(right)).toMatchObject({ status: 200, data: { status: 'stopped' } });
  });

  test('[P63][P61][P64] is answered with a signed receipt for every channel and file that is held', async () => {
    const { service, session, path, token, take, said, claims, stop } = await delivered();
    expect((await call(service, 'GET', path, token)).data).toMatchObject({ delivery_jws: null });
    const manifest_jws = await SOME_CLIENT.manifest(claims);
    const { data } = await stop({ ...said, manifest_jws });
    const { payload } = await verifiedBy(service, data.delivery_jws, DELIVERY_TYP);
    const { dropped: _, ...held } = manifestOf(MIC, take);
    const [video] = (data as SessionView).videos;
    const file = await fetch(`${service.url}/video/${video?.id}/download`, {
      headers: { 'x-access-token': service.key },
    });
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(deliveryClaims.strict().parse(payload)).toEqual({
      session_id: session.id,
      channels: [{ ...held, videos: [{ id: video?.id, bytes: bytes.length, sha256: sha256(bytes) }] }],
      manifest_sha256: sha256(manifest_jws),
      iat: service.clock.now / 1000,
    });
    const row = JSON.stringify(rowsOf(service.dataDir, 'select * from capture_session'));
    for (const word of [data.delivery_jws, manifest_jws])
      expect(row).not.toContain((word as string).slice(-40));
  });

  test('[P63] is answered with the same receipt again, whenever and by whichever client it is asked', async () => {
    const { service, session, path, token, said, claims, stop } = await delivered();
    const { data } = await stop({ ...said, manifest_jws: await SOME_CLIENT.manifest(claims) });
    const { delivery_jws } = data;
    service.clock.now += 3_600_000;
    const wish = { session_id: session.id };
    const { data: grant } = await call<TokenGrant>(
      service,
      'POST',
      '/capture/session/token',
      service.key,
      wish,
    );
    await service.restart();
    const later = await newClient();
    const manifest_jws = await later.manifest({ ...claims, iat: service.clock.now / 1000 });
    expect((await stop({ ...said, manifest_jws }, grant.token, later)).data).toMatchObject({ delivery_jws });
    expect((await call(service, 'GET', path, grant.token, undefined, later)).data).toMatchObject({
      delivery_jws,
    });
    expect(token).not.toBe(grant.token);
    const own = `/collection/default/capture/session/${session.id}`;
    expect((await call(service, 'GET', own, service.key)).data).toMatchObject({ delivery_jws });
    expect((await call(service, 'POST', `${own}/export`, service.key, {})).data).toMatchObject({
      delivery_jws,
    });
    const other = { ...said, channels: [] };
    const signed = await later.manifest({ ...claims, ...other });
    expect(await stop({ ...other, manifest_jws: signed }, grant.token, later)).toMatchObject({
      error_code: 'session-ended',
    });
  });
});

test('[P63] a receipt says what is held of a channel that was cut, and does not name one that was erased', async () => {
  const service = await trial();
  const made = await started(service, service.key, `+${MIC}`, `+${SYSTEM}`, '+display:1', 'mic:other');
  const take = takeOf({ seconds: 1 });
  const [mic = '', system = ''] = made.streams;
  await deliver(service, mic, take, made.token);
  await deliver(service, system, take, made.token);
  const path = `/capture/session/${made.session.id}`;
  const revoke = (channel_id: string, erase: boolean) =>
    call(service, 'POST', `${path}/consent/revoke`, made.token, { channel_id, erase, at_ms: 900 });
  await revoke(MIC, false);
  await revoke(SYSTEM, true);
  // The client has more of what was taken back than the service took, and nothing of the display.
  const more = takeOf({ take: 2, startedAtMs: 3000 });
  const said = stopOf(manifestOf(MIC, [...take, ...more]), manifestOf('display:1', []));
  const { data } = await call(service, 'POST', `${path}/stop`, made.token, said);
  const { payload } = await verifiedBy(service, data.delivery_jws ?? '', DELIVERY_TYP);
  const { dropped: _, ...held } = manifestOf(MIC, take);
  const { dropped: __, ...nothing } = manifestOf('display:1', []);
  expect(deliveryClaims.parse(payload).channels).toEqual([
    { ...held, videos: data.videos.map(({ id, size: bytes, sha256 }) => ({ id, bytes, sha256 })) },
    { ...nothing, videos: [] },
  ]);
});
