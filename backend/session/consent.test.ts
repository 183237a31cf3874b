import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { COUNTERSIGNED_TYP, type ConsentReceipt, countersignedConsent } from '../../contract/consent.ts';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { DELETION_TYP, type DeletionList, type SessionView } from '../../contract/wire.ts';
import { newClient, receiptOf, SOME_CLIENT } from '../trial/client.ts';
import { rowsOf } from '../trial/held.ts';
import { takeOf } from '../trial/media.ts';
import { recorded } from '../trial/recorded.ts';
import { call, deliver, manifestOf, put, start, startOf, stopOf } from '../trial/recorder.ts';
import { storeOf, type Trial, trial } from '../trial/service.ts';
import { verifiedBy } from '../trial/signed.ts';

const MISSING = { status: 403, error_code: 'consent-missing' };
const { version: _, ...POLICY } = DEFAULT_POLICY;

async function created(service: Trial) {
  const { session } = await recorded(service, service.key, { endUserId: 'ada', until: 'created' });
  const wish = { session_id: session.id };
  const { data } = await call<{ token: string }>(
    service,
    'POST',
    '/capture/session/token',
    service.key,
    wish,
  );
  const begin = (more: object, ...channels: string[]) =>
    call(service, 'POST', '/capture/session/start', data.token, {
      ...startOf(session.id, ...channels),
      ...more,
    });
  const signed = async (receipt: ConsentReceipt, client = SOME_CLIENT) => ({
    consent_jws: await client.consent(receipt),
  });
  return { session, token: data.token, begin, signed };
}

describe('a start', () => {
  test('[P01] is refused without a receipt of just this consent, and the session stays as it was', async () => {
    const service = await trial();
    const other = await recorded(service, service.key, { endUserId: 'ada', until: 'created' });
    const { session, token, begin, signed } = await created(service);
    const channels = ['+mic:default', 'display:1'];
    const right = receiptOf(session.id, channels);
    const stranger = await newClient();
    const of = (more: Parameters<typeof receiptOf>[3], names = channels) =>
      signed(receiptOf(session.id, names, DEFAULT_POLICY, more));
    const wrong: Record<string, object> = {
      'no receipt': {},
      'only a digest': { consent_sha256: right.statementSha256 },
      'no signature': { consent_jws: 'eyJhbGciOiJub25lIn0.e30.' },
      'not a JWS': { consent_jws: 'yes' },
      'another key': await signed(right, stranger),
      'another typ': {
        consent_jws: await SOME_CLIENT.proof({ method: 'POST', url: 'x', token, nowMs: service.clock.now }),
      },
      'another session': await of({ sessionId: other.session.id }),
      'another person': await of({ endUserId: 'bob' }),
      'another policy': await of({ policyVersion: 2 }),
      'another purpose': await of({ purpose: 'Something else' }),
      'another organisation': await of({ organisation: 'Somebody else' }),
      'other recipients': await of({ recipients: ['nobody at all'] }),
      'another retention': await of({ retentionDays: 1 }),
      'fewer channels': await of({}, ['+mic:default']),
      'more channels': await of({}, [...channels, 'system_audio:default']),
      'another mode': await of({}, ['+mic:default', '+display:1']),
      'another channel': await of({}, ['+mic:default', 'display:2']),
      'another digest': { ...(await signed(right)), consent_sha256: '0'.repeat(64) },
      'one of another day': await signed({ ...right, agreedAt: '1999-12-31T23:59:59.000Z' }),
      'one of tomorrow': await signed({ ...right, agreedAt: '2030-01-02T00:00:01.000Z' }),
      'another display': await signed(
        receiptOf(session.id, [], DEFAULT_POLICY, {
          channels: right.statement.channels.map((channel) =>
            channel.id === 'display:1' ? { ...channel, fingerprint: 'a'.repeat(16) } : channel,
          ),
        }),
      ),
      'a digest of something else': await signed({ ...right, statementSha256: '0'.repeat(64) }),
    };
    for (const [name, more] of Object.entries(wrong))
      expect({ name, ...(await begin(more, ...channels)) }).toMatchObject({ name, ...MISSING });
    const path = `/capture/session/${session.id}`;
    expect((await call(service, 'GET', path, token)).data).toEqual(session);
    expect(await begin(await signed(right), ...channels)).toMatchObject({ status: 200 });
  });

  test('[P01] keeps the receipt, countersigned, with the session and nowhere in clear', async () => {
    const service = await trial();
    const { session, begin, signed } = await created(service);
    const receipt = receiptOf(session.id, ['+mic:default']);
    const sent = await signed(receipt);
    const { data } = await begin(sent, '+mic:default');
    const { payload } = await verifiedBy(service, data.consent_jws ?? '', COUNTERSIGNED_TYP);
    expect(countersignedConsent.parse(payload)).toEqual({
      ...{ session_id: session.id, receipt: sent.consent_jws, jkt: await SOME_CLIENT.thumbprint() },
      iat: service.clock.now / 1000,
    });
    expect(decodeJwt(sent.consent_jws)).toEqual(receipt);
    const store = await storeOf(service);
    expect(await store.session(session.id)).toMatchObject({ consentSha256: receipt.statementSha256 });
    await store.close();
    const row = JSON.stringify(rowsOf(service.dataDir, 'select * from capture_session'));
    // With its quotes: three letters are found by chance in what is sealed.
    for (const word of ['I agree', '"ada"', sent.consent_jws.slice(0, 40)]) expect(row).not.toContain(word);
  });
});

describe('taking consent back', () => {
  async function recording() {
    const service = await trial();
    const channels = ['+mic:default', '+system_audio:default'];
    const made = await recorded(service, service.key, { endUserId: 'ada', channels, until: 'delivered' });
    const path = `/capture/session/${made.session.id}`;
    const revoke = (erase: boolean, channel_id = 'mic:default') =>
      call(service, 'POST', `${path}/consent/revoke`, made.token, { channel_id, erase, at_ms: 900 });
    const [mic = '', system = ''] = made.streams;
    const more = takeOf({ take: 2, startedAtMs: 3000 });
    const stop = () =>
      call(
        service,
        'POST',
        `${path}/stop`,
        made.token,
        stopOf(
          manifestOf('mic:default', [...made.take, ...more]),
          manifestOf('system_audio:default', [...made.take, ...more]),
        ),
      );
    return { service, ...made, path, revoke, mic, system, more, stop };
  }

  const revoked = { status: 403, error_code: 'consent-revoked' };
  const blobsOf = ({ dataDir }: Trial, sessionId: string) => readdirSync(join(dataDir, 'blobs', sessionId));

  test('[P01] ends the channel at once, the others go on, and the session completes without the rest', async () => {
    const { service, token, revoke, mic, system, more, stop, take } = await recording();
    const [next] = more;
    if (next === undefined) throw new Error('there is a next piece');
    expect((await revoke(false)).data).toMatchObject({
      revoked: ['mic:default'],
      rtstreams: [{ status: 'revoked', fragments: take.length }, { status: 'active' }],
    });
    expect(await put(service, mic, next, token)).toMatchObject(revoked);
    await deliver(service, system, more, token);
    expect((await stop()).data).toMatchObject({
      status: 'stopped',
      videos: [
        { name: 'mic:default', takes: 1, fragments: take.length },
        { name: 'system_audio:default', takes: 2 },
      ],
    });
  });

  test('[P17] [P41] with erasing destroys its key, its fragments and its file, of before and after the end', async () => {
    const { service, session, token, revoke, mic, system, more, stop } = await recording();
    for (const stream of [mic, system]) await deliver(service, stream, more, token);
    const { data } = await stop();
    const wrapped = 'select id, wrapped_key from rtstream order by position';
    expect(rowsOf(service.dataDir, wrapped)[0]?.wrapped_key).not.toBe('');
    expect(await revoke(true)).toMatchObject({ data: { videos: [{ name: 'system_audio:default' }] } });
    expect(rowsOf(service.dataDir, wrapped)[0]?.wrapped_key).toBe('');
    expect(rowsOf(service.dataDir, wrapped)[1]?.wrapped_key).not.toBe('');
    expect(blobsOf(service, session.id)).toEqual([system]);
    const video = data.videos.find(({ name }) => name === 'mic:default')?.id;
    expect(await call(service, 'GET', `/video/${video}/download`, service.key)).toMatchObject({
      status: 404,
      error_code: 'video-unknown',
    });
    const held = await call(service, 'GET', `/rtstream/${mic}/fragments`, service.key);
    expect(held).toMatchObject({ status: 200, data: { fragments: [] } });
    const asked = { session_ids: [session.id] };
    const { data: list } = await call<DeletionList>(service, 'POST', '/capture/deletions', token, asked);
    expect(list.deletions).toHaveLength(1);
    const { payload } = await verifiedBy(service, list.deletions[0] ?? '', DELETION_TYP);
    expect(payload).toMatchObject({ session_id: session.id, channel_id: 'mic:default' });
  });

  test('may come after the stop, when the session waits for what will not come any more', async () => {
    const { service, token, path, revoke, system, more, stop } = await recording();
    await deliver(service, system, more, token);
    expect((await stop()).data.status).toBe('stopping');
    expect((await revoke(true)).data).toMatchObject({
      status: 'stopped',
      videos: [{ name: 'system_audio:default' }],
    });
    expect((await call<SessionView>(service, 'GET', path, token)).data.status).toBe('stopped');
  });

  test('may be asked for again, also to erase what was only ended, and for no other channel', async () => {
    const { service, session, revoke, mic, system } = await recording();
    expect(await revoke(false)).toMatchObject({ status: 200 });
    expect(await revoke(false)).toMatchObject({ status: 200 });
    expect(blobsOf(service, session.id).sort()).toEqual([mic, system].sort());
    expect(await revoke(true)).toMatchObject({ status: 200 });
    expect(await revoke(true)).toMatchObject({ status: 200 });
    expect(blobsOf(service, session.id)).toEqual([system]);
    expect(await revoke(true, 'display:1')).toMatchObject({ status: 404, error_code: 'stream-unknown' });
  });

  test('is in the audit log, with the channel', async () => {
    const { service, session, revoke } = await recording();
    await revoke(true);
    const { data } = await call<{ entries: object[] }>(
      service,
      'GET',
      `/audit?object=${session.id}`,
      service.key,
    );
    expect(data.entries).toContainEqual(
      expect.objectContaining({
        action: 'consent.revoke',
        reason: `${session.rtstreams[0]?.rtstream_id}, erased`,
        outcome: 'done',
      }),
    );
  });
});

test('[P26] a device may be stricter with its own copy and the longest time than the policy, and not laxer', async () => {
  const service = await trial();
  const strict = { ...POLICY, localCopy: 'purge-after-delivery', maxSessionMinutes: 60 } as const;
  await call(service, 'PUT', '/policy', service.key, strict);
  const policy = { ...strict, version: 2 };
  for (const [more, answer] of [
    [{ localCopy: 'keep' }, MISSING],
    [{ maxSessionMinutes: null }, MISSING],
    [{ maxSessionMinutes: 61 }, MISSING],
    [{ maxSessionMinutes: 30 }, { status: 200 }],
  ] as const) {
    const { session, begin, signed } = await created(service);
    const receipt = receiptOf(session.id, ['mic:default'], policy, more);
    expect(await begin(await signed(receipt), 'mic:default')).toMatchObject(answer);
  }
});

test('[P26] a receipt is to the purpose and policy in force, not to the one that was', async () => {
  const service = await trial();
  const { session, token, begin, signed } = await created(service);
  const before = await signed(receiptOf(session.id, ['mic:default']));
  await call(service, 'PUT', '/policy', service.key, { ...POLICY, purpose: 'Training' });
  expect(await begin(before, 'mic:default')).toMatchObject(MISSING);
  expect(await start(service, token, session.id, 'mic:default')).toMatchObject({ status: 200 });
});
