import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import type { SessionView } from '../../contract/wire.ts';
import { receiptOf, SOME_CLIENT } from '../trial/client.ts';
import { takeOf } from '../trial/media.ts';
import { agreed, call, deliver, manifestOf, start, started, startOf, stopOf } from '../trial/recorder.ts';
import { storeOf, type Trial, trial } from '../trial/service.ts';

const SESSIONS = '/collection/default/capture/session';
const { version: _, ...POLICY } = DEFAULT_POLICY;

async function created(service: Trial, body: object = { end_user_id: 'ada' }) {
  const session = (await call(service, 'POST', SESSIONS, service.key, body)).data;
  const wish = { session_id: session.id };
  const { token } = (
    await call<{ token: string }>(service, 'POST', '/capture/session/token', service.key, wish)
  ).data;
  return { session, token };
}

type Page = { sessions: SessionView[]; next_page: string | null };

describe('your backend', () => {
  test('[P11] creates a session with what it says of it, and finds it again', async () => {
    const service = await trial();
    const body = {
      end_user_id: 'ada',
      callback_url: 'https://example.org/hook',
      metadata: { 'my-key.x': 1, nested: { list: [true, null] } },
    };
    const { data } = await call(service, 'POST', SESSIONS, service.key, body);
    expect(data).toMatchObject({ ...body, status: 'created', session_id: data.id, collection_id: 'default' });
    const { data: again } = await call(service, 'GET', `${SESSIONS}/${data.id}`, service.key);
    expect(again).toEqual(data);
  });

  test('lists sessions page by page', async () => {
    const service = await trial();
    for (const end_user_id of ['ada', 'bob', 'ada', 'ada'])
      await call(service, 'POST', SESSIONS, service.key, { end_user_id });
    const list = async (query: string) =>
      (await call<Page>(service, 'GET', `${SESSIONS}?${query}`, service.key)).data;
    expect((await list('')).sessions).toHaveLength(4);
    const first = await list('end_user_id=ada&limit=2');
    expect(first.sessions).toHaveLength(2);
    const second = await list(`end_user_id=ada&limit=2&cursor=${first.next_page}`);
    expect(second).toMatchObject({ next_page: null });
    const ids = [...first.sessions, ...second.sessions].map((session) => session.id);
    expect(new Set(ids).size).toBe(3);
    expect((await list('status=active')).sessions).toEqual([]);
    expect(await call(service, 'GET', `${SESSIONS}?cursor=nonsense`, service.key)).toMatchObject({
      status: 400,
    });
  });

  test('is told which field of a request is wrong, and never what was in it', async () => {
    const service = await trial();
    const answer = await call(service, 'POST', SESSIONS, service.key, {
      end_user_id: '',
      callback_url: 'hush',
    });
    expect(answer).toMatchObject({ status: 400, error_code: 'bad-request' });
    expect(answer.detail).toContain('body.end_user_id');
    expect(answer.detail).not.toContain('hush');
  });
});

describe('a start', () => {
  test('[P14] makes one stream per channel, kept or not as chosen', async () => {
    const service = await trial();
    const { session } = await started(
      service,
      service.key,
      '+mic:default',
      'display:1',
      'system_audio:default',
    );
    expect(session).toMatchObject({ status: 'starting', primary_video_channel_id: 'display:1' });
    expect(
      session.rtstreams.map(({ channel_id, name, store, media_types }) => ({
        channel_id,
        name,
        store,
        media_types,
      })),
    ).toEqual([
      { channel_id: 'mic', name: 'mic:default', store: true, media_types: ['audio'] },
      { channel_id: 'screen', name: 'display:1', store: false, media_types: ['video'] },
      { channel_id: 'system_audio', name: 'system_audio:default', store: false, media_types: ['audio'] },
    ]);
  });

  test('[P15] keeps nothing where nothing is said about it', async () => {
    const service = await trial();
    const { session, token } = await created(service);
    const receipt = await agreed(service, token, session.id, 'mic:default');
    const channels = [{ channel_id: 'mic:default', type: 'audio' }];
    const wish = { ...receipt, channels };
    const { data } = await call(service, 'POST', '/capture/session/start', token, wish);
    expect(data.rtstreams).toMatchObject([{ store: false }]);
  });

  test('finds what it made when it is asked again, and refuses other channels', async () => {
    const service = await trial();
    const { session, token } = await created(service);
    const request = await agreed(service, token, session.id, '+mic:default', 'display:1');
    const first = await call(service, 'POST', '/capture/session/start', token, request);
    const second = await call(service, 'POST', '/capture/session/start', token, request);
    expect(first.data).toMatchObject({ status: 'starting', channels: [{}, {}] });
    expect(second.data).toEqual(first.data);
    const again = (...channels: string[]) => start(service, token, session.id, ...channels);
    // The same channels by another receipt: somebody else asks, and is not to take the recording for their own.
    expect(await again('+mic:default', 'display:1')).toMatchObject({ status: 409, error_code: 'not-now' });
    expect(await again('mic:default', 'display:1')).toMatchObject({ status: 409, error_code: 'not-now' });
    expect(await again('+mic:default')).toMatchObject({ status: 409, error_code: 'not-now' });
  });

  test('is refused where the policy forbids a channel its mode, and the session stays as it was', async () => {
    const service = await trial();
    const channels = { ...POLICY.channels, display: 'ephemeral' };
    await call(service, 'PUT', '/policy', service.key, { ...POLICY, channels });
    const { session, token } = await created(service);
    const begin = (...names: string[]) => start(service, token, session.id, ...names);
    expect(await begin('+mic:default', '+display:1')).toMatchObject({
      status: 403,
      error_code: 'policy-forbids',
      detail: 'display:1: keep',
    });
    expect((await call(service, 'GET', `/capture/session/${session.id}`, token)).data.status).toBe('created');
    expect(await begin('+mic:default', 'display:1')).toMatchObject({ status: 200 });
  });

  test('is under the policy in force, and shown the one that came after it', async () => {
    const service = await trial();
    const { session, token } = await created(service);
    const shown = async () =>
      (await call(service, 'GET', `/capture/session/${session.id}`, token)).data.policy;
    expect(await shown()).toEqual(DEFAULT_POLICY);
    const next = { ...POLICY, purpose: 'Training' };
    await call(service, 'PUT', '/policy', service.key, next);
    expect(await shown()).toEqual({ ...next, version: 2 });
    await start(service, token, session.id, 'mic:default');
    await call(service, 'PUT', '/policy', service.key, POLICY);
    expect(await shown()).toEqual({ ...POLICY, version: 3 });
    const store = await storeOf(service);
    expect((await store.session(session.id))?.policy).toEqual({ ...next, version: 2 });
    await store.close();
  });

  test('is refused where a channel is named twice or is of another type', async () => {
    const service = await trial();
    const { session, token } = await created(service);
    const start = (channels: object[]) =>
      call(service, 'POST', '/capture/session/start', token, { session_id: session.id, channels });
    const mic = { channel_id: 'mic:default', type: 'audio' };
    expect(await start([mic, mic])).toMatchObject({ status: 400 });
    expect(await start([{ ...mic, type: 'video' }])).toMatchObject({ status: 400 });
    expect(await start([])).toMatchObject({ status: 400 });
  });
});

describe('a session', () => {
  test('is active once bytes arrive, and paused and resumed as asked', async () => {
    const service = await trial();
    const { session, token, streams } = await started(service, service.key, '+mic:default');
    const path = `/capture/session/${session.id}`;
    const move = async (to: string) =>
      (await call(service, 'POST', `${path}/${to}`, token, { at_ms: 10 })).data?.status;
    expect(await move('pause')).toBe('paused');
    expect(await move('resume')).toBe('starting');
    await deliver(service, streams[0] ?? '', takeOf().slice(0, 2), token);
    expect((await call(service, 'GET', path, token)).data.status).toBe('active');
    expect(await move('pause')).toBe('paused');
    expect(await move('pause')).toBe('paused');
    await deliver(service, streams[0] ?? '', takeOf().slice(2, 3), token);
    expect((await call(service, 'GET', path, token)).data.status).toBe('paused');
    expect(await move('resume')).toBe('active');
  });

  test('[P06] stops at once when everything is there, and says the same when asked again', async () => {
    const service = await trial();
    const { session, token, streams } = await started(service, service.key, '+mic:default', 'display:1');
    const take = takeOf();
    await deliver(service, streams[0] ?? '', take, token);
    const stop = (manifest: object) =>
      call(service, 'POST', `/capture/session/${session.id}/stop`, token, manifest);
    const nothing = { ...manifestOf('display:1', []), dropped: 3 };
    const stopped = await stop(stopOf(manifestOf('mic:default', take), nothing));
    expect(stopped.data).toMatchObject({
      status: 'stopped',
      videos: [{ name: 'mic:default', takes: 1, fragments: take.length, rtstream_id: streams[0] }],
    });
    expect(await stop(stopOf(manifestOf('mic:default', take), nothing))).toEqual(stopped);
    expect(await stop(stopOf())).toMatchObject({ status: 409, error_code: 'session-ended' });
    expect(
      await call(service, 'POST', `/capture/session/${session.id}/pause`, token, { at_ms: 1 }),
    ).toMatchObject({
      status: 409,
      error_code: 'session-ended',
    });
  });

  test('stays stopping until the last fragment has arrived, and says what is missing', async () => {
    const service = await trial();
    const { session, token, streams } = await started(
      service,
      service.key,
      '+mic:default',
      '+system_audio:default',
    );
    const take = takeOf();
    const path = `/capture/session/${session.id}`;
    await deliver(service, streams[0] ?? '', take.slice(0, 2), token);
    await deliver(service, streams[1] ?? '', take, token);
    const manifest = stopOf(manifestOf('mic:default', take), manifestOf('system_audio:default', take));
    const { data } = await call(service, 'POST', `${path}/stop`, token, manifest);
    expect(data).toMatchObject({ status: 'stopping', videos: [] });
    expect(data.rtstreams).toMatchObject([
      { name: 'mic:default', fragments: 2, status: 'incomplete' },
      { name: 'system_audio:default', fragments: take.length, status: 'complete' },
    ]);
    await deliver(service, streams[0] ?? '', take.slice(2), token);
    expect((await call(service, 'GET', path, token)).data).toMatchObject({
      status: 'stopped',
      videos: [{ name: 'mic:default' }, { name: 'system_audio:default' }],
    });
  });

  test('[P61] does not stop on a manifest whose digest is another', async () => {
    const service = await trial();
    const { session, token, streams } = await started(service, service.key, '+mic:default');
    const take = takeOf();
    await deliver(service, streams[0] ?? '', take, token);
    const stop = (manifest: object) =>
      call(service, 'POST', `/capture/session/${session.id}/stop`, token, manifest);
    const right = manifestOf('mic:default', take);
    expect((await stop(stopOf({ ...right, digest: '0'.repeat(64) }))).data.status).toBe('stopping');
    const fewer = await stop(stopOf(manifestOf('mic:default', take.slice(1))));
    expect(fewer.data).toMatchObject({ status: 'stopping', rtstreams: [{ status: 'conflicting' }] });
    expect((await stop(stopOf(right))).data.status).toBe('stopped');
  });

  test('[P29] keeps which display it was started with, and takes no manifest of another one', async () => {
    const service = await trial();
    const { session, token } = await created(service);
    const [one, other] = ['0123456789abcdef', 'fedcba9876543210'];
    const path = `/capture/session/${session.id}`;
    const receipts = new Map<string, string>();
    const begin = async (
      fingerprint: string | undefined,
      agreedTo: string | null = fingerprint ?? null,
      channel = 'display:1',
    ) => {
      const which = agreedTo === null ? {} : { fingerprint: agreedTo };
      const receipt = receiptOf(session.id, [], DEFAULT_POLICY, {
        channels: [{ id: channel, name: channel, mode: 'keep', ...which }],
      });
      const name = `${channel} ${agreedTo}`;
      const signed = receipts.get(name) ?? (await SOME_CLIENT.consent(receipt));
      receipts.set(name, signed);
      const [asked] = startOf(session.id, `+${channel}`).channels;
      return call(service, 'POST', '/capture/session/start', token, {
        session_id: session.id,
        channels: [{ ...asked, fingerprint }],
        consent_sha256: receipt.statementSha256,
        consent_jws: signed,
      });
    };
    expect(await begin('the one on the left', one)).toMatchObject({ status: 400 });
    expect(await begin(one, one, 'mic:default')).toMatchObject({ status: 400 });
    // Agreed to is that display and no other.
    for (const [asked, agreedTo] of [
      [other, one],
      [one, null],
      [undefined, one],
    ] as const)
      expect(await begin(asked, agreedTo)).toMatchObject({ error_code: 'consent-missing' });
    expect((await begin(one)).data.channels).toMatchObject([{ channel_id: 'display:1', fingerprint: one }]);
    expect(await begin(one)).toMatchObject({ status: 200 });
    expect(await begin(other)).toMatchObject({ status: 409, error_code: 'not-now' });

    const manifest = manifestOf('display:1', []);
    const stop = (told: typeof manifest) => call(service, 'POST', `${path}/stop`, token, stopOf(told));
    expect(await stop({ ...manifest, fingerprint: other })).toMatchObject({
      status: 400,
      error_code: 'bad-request',
    });
    expect((await stop({ ...manifest, fingerprint: one })).data).toMatchObject({
      status: 'stopped',
      channels: [{ fingerprint: one }],
    });
    const store = await storeOf(service);
    const kept = await store.session(session.id);
    await store.close();
    expect(kept?.manifest?.channels).toMatchObject([{ channel_id: 'display:1', fingerprint: one }]);
  });

  test('a recorder that knows nothing of displays starts and stops as ever', async () => {
    const service = await trial();
    const { session, token } = await started(service, service.key, '+display:1');
    expect(session.channels[0]).not.toHaveProperty('fingerprint');
    const { data } = await call(
      service,
      'POST',
      `/capture/session/${session.id}/stop`,
      token,
      stopOf(manifestOf('display:1', [])),
    );
    expect(data.status).toBe('stopped');
  });

  test('cannot be stopped before it was started, nor for channels it does not have', async () => {
    const service = await trial();
    const { session, token } = await created(service);
    const stop = (manifest: object) =>
      call(service, 'POST', `/capture/session/${session.id}/stop`, token, manifest);
    expect(await stop(stopOf())).toMatchObject({ status: 409, error_code: 'not-now' });
    await start(service, token, session.id, 'mic:default');
    expect(await stop(stopOf(manifestOf('display:1', [])))).toMatchObject({ status: 400 });
  });

  test('[P17] is gone with everything of it once deleted', async () => {
    const service = await trial();
    const { session, token, streams } = await started(service, service.key, '+mic:default');
    const take = takeOf();
    await deliver(service, streams[0] ?? '', take, token);
    const manifest = stopOf(manifestOf('mic:default', take));
    const { data } = await call(service, 'POST', `/capture/session/${session.id}/stop`, token, manifest);
    expect(await call(service, 'DELETE', `${SESSIONS}/${session.id}`, service.key)).toMatchObject({
      status: 200,
    });
    const gone = [
      [`${SESSIONS}/${session.id}`, 'session-unknown'],
      [`/rtstream/${streams[0]}/fragments`, 'stream-unknown'],
      [`/video/${data.videos[0]?.id}`, 'video-unknown'],
      [`/video/${data.videos[0]?.id}/download`, 'video-unknown'],
    ];
    for (const [path = '', error_code] of gone)
      expect(await call(service, 'GET', path, service.key)).toMatchObject({ status: 404, error_code });
    expect(await call(service, 'GET', `/capture/session/${session.id}`, token)).toMatchObject({
      status: 401,
    });
    expect(await call(service, 'DELETE', `${SESSIONS}/${session.id}`, service.key)).toMatchObject({
      status: 404,
    });
  });
});
