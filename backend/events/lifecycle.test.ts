import { expect, test, vi } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { type SessionExport, tenantEvent } from '../../contract/wire.ts';
import { eventTrial, HOUR_MS } from '../trial/events.ts';
import { PICTURE, takeOf } from '../trial/media.ts';
import { type Receiver, receiver } from '../trial/receiver.ts';
import { call, deliver, manifestOf, start, stopOf } from '../trial/recorder.ts';
import { type Trial, trial } from '../trial/service.ts';
import { listen } from '../trial/subscriber.ts';

const SESSIONS = '/collection/default/capture/session';

async function heardBy(there: Receiver): Promise<Trial> {
  return eventTrial({ allow: [there.host] });
}

async function created(service: Trial, callback_url?: string) {
  const wish = { end_user_id: 'ada', callback_url };
  const { data: session } = await call(service, 'POST', SESSIONS, service.key, wish);
  const token = await tokenFor(service, session.id);
  return { id: session.id, token };
}

async function tokenFor(service: Trial, session_id: string): Promise<string> {
  const path = '/capture/session/token';
  return (await call<{ token: string }>(service, 'POST', path, service.key, { session_id })).data.token;
}

const statusOf = async (service: Trial, id: string) =>
  (await call(service, 'GET', `${SESSIONS}/${id}`, service.key)).data.status;

const namesOf = (there: Receiver) =>
  there.heard.map(({ event }) => event.event.replace('capture_session.', ''));

test('[P11] [P25] everything that happens to a session is told in its order, by webhook and on the WebSocket', async () => {
  const there = await receiver();
  const service = await heardBy(there);
  const ask = await call<{ websocket_url: string }>(
    service,
    'GET',
    '/collection/default/websocket',
    service.key,
  );
  const socket = await listen(ask.data.websocket_url);
  await socket.next();

  const { id, token } = await created(service, there.url);
  const began = await start(service, token, id, '+mic:default', '+display:1');
  const [sound, picture] = [takeOf({ seconds: 1 }), takeOf({ seconds: 1, source: PICTURE })];
  const [mic = '', display = ''] = began.data.rtstreams.map((stream) => stream.rtstream_id);
  const post = (path: string, body: object) =>
    call(service, 'POST', `/capture/session/${id}${path}`, token, body);
  const askExport = (body?: object) =>
    call<SessionExport>(service, 'POST', `${SESSIONS}/${id}/export`, service.key, body);
  await deliver(service, mic, sound, token);
  await post('/pause', { at_ms: 1000 });
  await post('/resume', { at_ms: 2000 });
  await deliver(service, display, picture, token);
  expect(await askExport()).toMatchObject({ status: 409, error_code: 'not-now' });
  const { data: stopped } = await post(
    '/stop',
    stopOf(manifestOf('mic:default', sound), manifestOf('display:1', picture)),
  );
  expect(stopped).toMatchObject({ status: 'stopped', exported_video_id: null, export_status: null });

  const video = (channelId: string) => stopped.videos.find(({ name }) => name === channelId)?.id;
  const { delivery_jws } = stopped;
  const exported = { session_id: id, export_status: 'exported', delivery_jws };
  const first = await askExport();
  const primary = { ...exported, video_channel_id: 'display:1', video_id: video('display:1') };
  expect(first).toMatchObject({ status: 200, data: primary });
  const wish = { video_channel_id: 'mic:default' };
  expect((await askExport(wish)).data).toEqual({ ...exported, ...wish, video_id: video('mic:default') });
  expect(await askExport({ video_channel_id: 'display:2' })).toMatchObject({ error_code: 'video-unknown' });
  expect((await call(service, 'GET', `${SESSIONS}/${id}`, service.key)).data).toMatchObject({
    status: 'exported',
    export_status: 'exported',
    exported_video_id: video('display:1'),
  });
  await call(service, 'DELETE', `${SESSIONS}/${id}`, service.key);

  const events = [
    { status: 'created', data: {} },
    { status: 'starting', data: {} },
    {
      status: 'active',
      data: {
        rtstreams: [
          { rtstream_id: mic, name: 'mic:default', media_types: ['audio'] },
          { rtstream_id: display, name: 'display:1', media_types: ['video'] },
        ],
      },
    },
    { status: 'paused', data: { at_ms: 1000 } },
    { status: 'active', data: { at_ms: 2000 } },
    { status: 'stopping', data: {} },
    { status: 'stopped', data: { video_ids: stopped.videos.map((each) => each.id) } },
    { status: 'exported', data: { exported_video_id: video('display:1') } },
    { status: 'deleted', data: {} },
  ].map((event) => ({
    channel: 'capture_session',
    event: `capture_session.${event.status}`,
    capture_session_id: id,
    timestamp: service.clock.now,
    ...event,
  }));
  const heard = await there.until(events.length);
  expect(heard.map(({ event }) => event)).toEqual(events);
  for (const event of events) expect(await socket.next()).toEqual({ json: event });
});

test('a later event of a session waits for the one before, and other sessions do not', async () => {
  const there = await receiver();
  const service = await heardBy(there);
  there.answer = 500;
  const { id, token } = await created(service, there.url);
  await there.until(1);
  await start(service, token, id, 'mic:default');
  await there.until(1);
  there.answer = 200;
  const other = await created(service, there.url);
  await there.until(2);
  expect(there.heard[1]?.event.capture_session_id).toBe(other.id);
  service.clock.now += 10_000;
  await there.until(4);
  expect(namesOf(there)).toEqual(['created', 'created', 'created', 'starting']);
});

test('the address of the organisation hears of every session and of its own events, once each', async () => {
  const there = await receiver();
  const callback = await receiver();
  const service = await eventTrial({ allow: [there.host, callback.host] });
  await call(service, 'PUT', '/webhook', service.key, { url: there.url });
  const first = await created(service, callback.url);
  await callback.until(1);
  await there.until(1);
  // The same address twice is one address.
  const second = await created(service, there.url);
  await there.until(2);
  const ids = there.heard.map(({ event }) => event.capture_session_id);
  expect(ids).toEqual([first.id, second.id]);

  const { version: _, ...policy } = { ...DEFAULT_POLICY, purpose: 'Training' };
  await call(service, 'PUT', '/policy', service.key, policy);
  const [, , told] = await there.until(3);
  expect(tenantEvent.parse(told?.event)).toEqual({
    event: 'policy.changed',
    timestamp: service.clock.now,
    data: { collection_id: 'default', version: 2 },
  });
  expect(callback.heard).toHaveLength(1);

  // An event that waits goes to where the address is by then.
  there.answer = 500;
  await call(service, 'PUT', '/policy', service.key, policy);
  await there.until(4);
  await call(service, 'PUT', '/webhook', service.key, { url: `${callback.url}/moved` });
  service.clock.now += 10_000;
  await callback.until(2);
  expect(callback.heard[1]).toMatchObject({ path: '/hook/moved', event: { event: 'policy.changed' } });
});

test('a session that was never started fails after a day', async () => {
  const there = await receiver();
  const service = await heardBy(there);
  const { id } = await created(service, there.url);
  service.clock.now += 24 * HOUR_MS;
  const { id: later } = await created(service, there.url);
  service.clock.now += 1000;
  await there.until(3);
  expect(there.heard.at(-1)?.event).toMatchObject({
    event: 'capture_session.failed',
    capture_session_id: id,
    status: 'failed',
    data: { error: 'never started' },
  });
  expect(await statusOf(service, id)).toBe('failed');
  expect(await statusOf(service, later)).toBe('created');
  const token = await tokenFor(service, id);
  expect(await start(service, token, id, 'mic:default')).toMatchObject({ error_code: 'not-now' });
});

test('a live session fails when its client has been gone for an hour, and what is kept waits for ever', async () => {
  const there = await receiver();
  const service = await heardBy(there);
  const failedAt = new Map<string, number>();
  const failed = (id: string) =>
    vi.waitFor(() => {
      for (const { event } of there.heard)
        if (event.status === 'failed') failedAt.set(event.capture_session_id, event.timestamp);
      if (!failedAt.has(id)) throw new Error('not yet');
    }, 10_000);
  const [live, kept, renewed, revoked] = [
    await created(service, there.url),
    await created(service, there.url),
    await created(service, there.url),
    await created(service, there.url),
  ];
  const begun = await start(service, live.token, live.id, 'mic:default');
  await start(service, kept.token, kept.id, 'display:1', '+mic:default');
  await start(service, renewed.token, renewed.id, 'mic:default');
  await start(service, revoked.token, revoked.id, 'mic:default');
  const stream = begun.data.rtstreams[0]?.rtstream_id ?? '';
  const listening = await listen(`${service.url}/rtstream/${stream}/live`, service.key);

  // Its tokens were good for ten minutes; the hour begins then. Of one whose tokens were revoked it began before.
  await call(service, 'POST', `${SESSIONS}/${revoked.id}/revoke`, service.key);
  service.clock.now += HOUR_MS + 599_000;
  await tokenFor(service, renewed.id);
  await failed(revoked.id);
  service.clock.now += 2000;
  const end = service.clock.now;
  await failed(live.id);
  expect(failedAt.get(live.id)).toBe(end);
  expect(there.heard.at(-1)?.event).toMatchObject({ data: { error: 'nothing more was heard of it' } });
  // Who listens is told that nothing follows.
  while ((await listening.next()) !== undefined);

  service.clock.now += 1000 * HOUR_MS;
  await failed(renewed.id);
  expect(failedAt.get(renewed.id)).toBe(service.clock.now);
  expect(await statusOf(service, kept.id)).toBe('starting');
});

test('there is nothing to export of a session that kept nothing', async () => {
  const service = await trial();
  const { id, token } = await created(service);
  await start(service, token, id, 'mic:default');
  const none = {
    channel_id: 'mic:default',
    takes: 0,
    fragments: 0,
    bytes: 0,
    dropped: 0,
    digest: '0'.repeat(64),
  };
  const stopped = await call(service, 'POST', `/capture/session/${id}/stop`, token, stopOf(none));
  expect(stopped.data.status).toBe('stopped');
  const answer = await call(service, 'POST', `${SESSIONS}/${id}/export`, service.key, {});
  expect(answer).toMatchObject({ status: 404, error_code: 'video-unknown' });
});
