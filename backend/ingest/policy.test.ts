import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { POLICY_VERSION_HEADER } from '../../contract/wire.ts';
import { SOME_CLIENT } from '../trial/client.ts';
import { type Piece, takeOf } from '../trial/media.ts';
import { recorded } from '../trial/recorded.ts';
import { call, deliver, manifestOf, put, shownBy, start, stopOf } from '../trial/recorder.ts';
import { type Trial, trial } from '../trial/service.ts';

const { version: _, ...POLICY } = DEFAULT_POLICY;
const FORBIDDEN = { status: 403, error_code: 'policy-forbids' };

async function recording() {
  const service = await trial();
  const channels = ['+mic:default', '+system_audio:default', 'display:1'];
  const made = await recorded(service, service.key, { endUserId: 'ada', channels, until: 'delivered' });
  const [mic = '', system = '', display = ''] = made.streams;
  const more = takeOf({ take: 2, startedAtMs: 3000 });
  const stop = () => {
    const all = [...made.take, ...more];
    const manifest = stopOf(manifestOf('mic:default', all), manifestOf('system_audio:default', all));
    return call(service, 'POST', `/capture/session/${made.session.id}/stop`, made.token, manifest);
  };
  return { service, ...made, mic, system, display, more, stop };
}

function policyOf(service: Trial, change: object) {
  return call(service, 'PUT', '/policy', service.key, { ...POLICY, ...change });
}

describe('a policy that changes during a session', () => {
  test.each([
    ['forbidden', FORBIDDEN, FORBIDDEN],
    ['ephemeral', FORBIDDEN, { status: 200 }],
    ['stored', { status: 200 }, FORBIDDEN],
  ] as const)('to %s holds for what comes from then on', async (rule, kept, passedOn) => {
    const { service, token, mic, display, more } = await recording();
    const [init] = more;
    if (init === undefined) throw new Error('there is a piece');
    await policyOf(service, { channels: { mic: rule, system_audio: 'choose', display: rule } });
    expect(await put(service, mic, init, token)).toMatchObject(kept);
    expect(await put(service, display, init, token)).toMatchObject(passedOn);
  });

  test('leaves what came before, and the session completes with the stream that was cut', async () => {
    const { service, token, mic, system, more, take, stop } = await recording();
    await policyOf(service, { channels: { mic: 'forbidden', system_audio: 'choose', display: 'choose' } });
    for (const piece of more) expect(await put(service, mic, piece, token)).toMatchObject(FORBIDDEN);
    await deliver(service, system, more, token);
    expect((await stop()).data).toMatchObject({
      status: 'stopped',
      videos: [
        { name: 'mic:default', fragments: take.length },
        { name: 'system_audio:default', takes: 2 },
      ],
    });
  });

  test('ends the waiting of a session that has stopped for what is not welcome any more', async () => {
    const { service, session, token, mic, system, more, stop } = await recording();
    await deliver(service, system, more, token);
    expect((await stop()).data.status).toBe('stopping');
    await policyOf(service, { channels: { mic: 'ephemeral', system_audio: 'choose', display: 'choose' } });
    const [init] = more;
    if (init === undefined) throw new Error('there is a piece');
    expect(await put(service, mic, init, token)).toMatchObject(FORBIDDEN);
    const { data } = await call(service, 'GET', `/capture/session/${session.id}`, token);
    expect(data.status).toBe('stopped');
  });

  test('to a laxer one changes nothing for a session that was begun under the stricter', async () => {
    const service = await trial();
    await policyOf(service, { channels: { mic: 'ephemeral', system_audio: 'choose', display: 'choose' } });
    const { token, streams } = await recorded(service, service.key, {
      ...{ endUserId: 'ada', channels: ['mic:default'], until: 'started' },
    });
    await policyOf(service, { channels: { mic: 'stored', system_audio: 'choose', display: 'choose' } });
    const [init] = takeOf();
    if (init === undefined) throw new Error('there is a piece');
    expect(await put(service, streams[0] ?? '', init, token)).toMatchObject(FORBIDDEN);
  });

  test('is known to the client from the next answer on', async () => {
    const { service, session, token } = await recording();
    await policyOf(service, {});
    const path = `/capture/session/${session.id}`;
    const headers = await shownBy(SOME_CLIENT, service, 'GET', path, token);
    const answer = await fetch(service.url + path, { headers });
    expect(answer.headers.get(POLICY_VERSION_HEADER)).toBe('2');
  });
});

test('[P13] [P27] a channel that is ephemeral by policy is not kept, whatever the client says', async () => {
  const service = await trial();
  await policyOf(service, { channels: { mic: 'ephemeral', system_audio: 'choose', display: 'choose' } });
  const { session } = await recorded(service, service.key, { endUserId: 'ada', until: 'created' });
  const wish = { session_id: session.id };
  const { data } = await call<{ token: string }>(
    service,
    'POST',
    '/capture/session/token',
    service.key,
    wish,
  );
  expect(await start(service, data.token, session.id, '+mic:default')).toMatchObject(FORBIDDEN);
  const begun = await start(service, data.token, session.id, 'mic:default');
  const take = takeOf();
  const stream = begun.data.rtstreams[0]?.rtstream_id ?? '';
  for (const piece of take)
    expect(await put(service, stream, piece, data.token)).toMatchObject({ data: { stored: false } });
  const { data: stopped } = await call(
    service,
    'POST',
    `/capture/session/${session.id}/stop`,
    data.token,
    stopOf(manifestOf('mic:default', take)),
  );
  expect(stopped).toMatchObject({ status: 'stopped', videos: [] });
  expect(existsSync(join(service.dataDir, 'blobs'))).toBe(false);
});

test('what was recorded after the longest time is refused, and what came before it is not', async () => {
  const service = await trial();
  await policyOf(service, { maxSessionMinutes: 1 });
  const { token, streams } = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
  const [stream = ''] = streams;
  await deliver(service, stream, takeOf({ startedAtMs: 60_000 - 3000 }), token);
  // Some seconds are forgiven: the recorder ends a moment after the time it was to end.
  const [init, ...late] = takeOf({ take: 2, startedAtMs: 70_000 });
  await deliver(service, stream, init === undefined ? [] : [init], token);
  for (const piece of late.slice(1))
    expect(await put(service, stream, piece, token)).toMatchObject({
      status: 403,
      error_code: 'session-too-long',
    });
});

describe('[P13] of one channel no more is kept than the longest session', () => {
  async function full(clock: (piece: Piece) => Piece) {
    const service = await trial();
    await policyOf(service, { maxSessionMinutes: 1 });
    const wish = { endUserId: 'ada', channels: ['+mic:default'], until: 'started' } as const;
    const { streams, token } = await recorded(service, service.key, wish);
    const send = (piece: Piece) => put(service, streams[0] ?? '', clock(piece), token);
    for (const piece of takeOf({ seconds: 65 })) expect(await send(piece)).toMatchObject({ status: 200 });
    return send;
  }
  const TOO_LONG = { status: 403, error_code: 'session-too-long' };

  test.each<[string, (piece: Piece) => Piece]>([
    ['begins at 0', (piece) => ({ ...piece, startedAtMs: 0 })],
    ['lasts no time', (piece) => ({ ...piece, startedAtMs: 0, durationMs: 0 })],
  ])('where every fragment says that it %s', async (_name, clock) => {
    const send = await full(clock);
    const [init, ...more] = takeOf({ take: 2, seconds: 8 });
    if (init !== undefined) expect(await send(init)).toMatchObject({ status: 200 });
    // 65 s are held, and some seconds are forgiven.
    for (const piece of more.slice(0, 4)) expect(await send(piece)).toMatchObject({ status: 200 });
    for (const piece of more.slice(4, 5)) expect(await send(piece)).toMatchObject(TOO_LONG);
  });
});

test('[P26] what is live only is of now: after the longest session nothing of it is passed on, whatever time it names', async () => {
  const service = await trial();
  await policyOf(service, { maxSessionMinutes: 1 });
  const wish = { endUserId: 'ada', channels: ['mic:default'], until: 'started' } as const;
  const { streams, token } = await recorded(service, service.key, wish);
  const [init, ...pieces] = takeOf({ seconds: 3 });
  const send = (piece: typeof init) =>
    piece === undefined ? undefined : put(service, streams[0] ?? '', { ...piece, startedAtMs: 0 }, token);
  expect(await send(init)).toMatchObject({ status: 200 });
  service.clock.now += 119_000;
  expect(await send(pieces[0])).toMatchObject({ status: 200 });
  service.clock.now += 2000;
  expect(await send(pieces[1])).toMatchObject({ status: 403, error_code: 'session-too-long' });
});
