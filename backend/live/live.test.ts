import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Piece, takeOf } from '../trial/media.ts';
import { call, deliver, manifestOf, put, started, stopOf } from '../trial/recorder.ts';
import { type Trial, trial } from '../trial/service.ts';
import { type Listening, listen } from '../trial/subscriber.ts';

const SESSIONS = '/collection/default/capture/session';

async function live(channel: string) {
  const service = await trial();
  const { session, token, streams } = await started(service, service.key, channel);
  const stream = streams[0] ?? '';
  const subscribe = () => listen(`${service.url}/rtstream/${stream}/live`, service.key);
  const stop = (...pieces: Piece[]) =>
    call(
      service,
      'POST',
      `/capture/session/${session.id}/stop`,
      token,
      stopOf(manifestOf(channel.replace('+', ''), pieces)),
    );
  return { service, session, token, stream, subscribe, stop };
}

async function expectPiece(listening: Listening, piece: Piece | undefined) {
  if (piece === undefined) throw new Error('there is such a piece');
  const { take, sequence, bytes } = piece;
  expect(await listening.next()).toMatchObject({
    json: { type: 'fragment', take, sequence, bytes: bytes.length, started_at_ms: piece.startedAtMs },
  });
  expect(await listening.next()).toEqual({ bytes: Buffer.from(bytes) });
}

/** Everything the service has written down anywhere, as one buffer. */
function writtenBy(service: Trial): Buffer {
  const files = readdirSync(service.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  return Buffer.concat([...files, Buffer.from(JSON.stringify(service.log))]);
}

describe('a live stream', () => {
  test('[P10][P13] ephemeral bytes reach subscribers and no file, no row, no log', async () => {
    const { service, token, stream, subscribe, stop } = await live('mic:default');
    const take = takeOf();
    const first = await subscribe();
    await deliver(service, stream, take, token);
    for (const piece of take) await expectPiece(first, piece);
    await stop();
    expect(await first.next()).toEqual({ json: { type: 'ended' } });
    expect(await first.next()).toBeUndefined();
    const written = writtenBy(service);
    for (const piece of take) {
      const media = piece.bytes.subarray(-64);
      for (const form of ['latin1', 'base64', 'hex'] as const)
        expect(written.includes(Buffer.from(media).toString(form).slice(0, 40), 'latin1')).toBe(false);
      const digest = piece.bytes.subarray(0, 32);
      expect(written.includes(Buffer.from(digest))).toBe(false);
    }
    expect(readdirSync(service.dataDir)).not.toContain('blobs');
  });

  test.each(['mic:default', '+mic:default'])(
    'gives a late subscriber the init segment first (%s)',
    async (channel) => {
      const { service, token, stream, subscribe } = await live(channel);
      const take = takeOf();
      await deliver(service, stream, take.slice(0, 3), token);
      const late = await subscribe();
      await expectPiece(late, take[0]);
      await deliver(service, stream, take.slice(3), token);
      for (const piece of take.slice(3)) await expectPiece(late, piece);
      const second = takeOf({ take: 2, startedAtMs: 9000, pausedBeforeMs: 2000 });
      await deliver(service, stream, second, token);
      for (const piece of second) await expectPiece(late, piece);
    },
  );

  test('has the init segment of a stored stream again after a restart', async () => {
    const { service, token, stream } = await live('+mic:default');
    const take = takeOf();
    await deliver(service, stream, take.slice(0, 2), token);
    await service.restart();
    const late = await listen(`${service.url}/rtstream/${stream}/live`, service.key);
    await expectPiece(late, take[0]);
    await deliver(service, stream, take.slice(2), token);
    await expectPiece(late, take[2]);
  });

  test('a fragment that is sent again is not passed on again', async () => {
    const { service, token, stream, subscribe } = await live('mic:default');
    const take = takeOf();
    await deliver(service, stream, take.slice(0, 1), token);
    const listening = await subscribe();
    await expectPiece(listening, take[0]);
    for (const piece of [take[1], take[1], take[2]])
      if (piece !== undefined) await put(service, stream, piece, token);
    await expectPiece(listening, take[1]);
    await expectPiece(listening, take[2]);
  });

  test('of a stored channel ends once everything has arrived', async () => {
    const { service, token, stream, subscribe, stop } = await live('+mic:default');
    const take = takeOf();
    await deliver(service, stream, take.slice(0, 2), token);
    const listening = await subscribe();
    await expectPiece(listening, take[0]);
    await stop(...take);
    await deliver(service, stream, take.slice(2), token);
    for (const piece of take.slice(2)) await expectPiece(listening, piece);
    expect(await listening.next()).toEqual({ json: { type: 'ended' } });
    const tooLate = await subscribe();
    expect(await tooLate.next()).toEqual({ json: { type: 'ended' } });
    expect(await tooLate.next()).toBeUndefined();
  });

  test('ends when its session is deleted', async () => {
    const { service, session, token, stream, subscribe } = await live('mic:default');
    await deliver(service, stream, takeOf().slice(0, 1), token);
    const listening = await subscribe();
    await expectPiece(listening, takeOf()[0]);
    await call(service, 'DELETE', `${SESSIONS}/${session.id}`, service.key);
    expect(await listening.next()).toEqual({ json: { type: 'ended' } });
  });

  test('is for keys only, and exists only where the stream does', async () => {
    const { service, token, stream } = await live('mic:default');
    const path = `${service.url}/rtstream/${stream}/live`;
    await expect(listen(path)).rejects.toThrow('401');
    await expect(listen(path, token)).rejects.toThrow('403');
    await expect(listen(`${service.url}/rtstream/rts-none/live`, service.key)).rejects.toThrow('404');
    expect(await call(service, 'GET', `/rtstream/${stream}/live`, service.key)).toMatchObject({
      status: 400,
    });
  });
});

describe('the events of a collection', () => {
  test('[P25] tell what happens to a session, in order, beginning with a connection id', async () => {
    const service = await trial();
    const { data } = await call<{ websocket_url: string }>(
      service,
      'GET',
      '/collection/default/websocket',
      service.key,
    );
    const events = await listen(data.websocket_url);
    expect(await events.next()).toEqual({ json: { connection_id: expect.any(String) } });

    const { session, token, streams } = await started(service, service.key, '+mic:default');
    const take = takeOf();
    const path = `/capture/session/${session.id}`;
    await deliver(service, streams[0] ?? '', take, token);
    await call(service, 'POST', `${path}/pause`, token, { at_ms: 3000 });
    await call(service, 'POST', `${path}/resume`, token, { at_ms: 4000 });
    await call(service, 'POST', `${path}/stop`, token, stopOf(manifestOf('mic:default', take)));

    for (const status of ['created', 'starting', 'active', 'paused', 'active', 'stopping', 'stopped'])
      expect(await events.next()).toMatchObject({
        json: {
          channel: 'capture_session',
          event: `capture_session.${status}`,
          capture_session_id: session.id,
          status,
          timestamp: service.clock.now,
        },
      });
  });

  test('are told to whoever holds a ticket, once and within a minute', async () => {
    const service = await trial();
    const address = async () =>
      (await call<{ websocket_url: string }>(service, 'GET', '/collection/default/websocket', service.key))
        .data.websocket_url;
    const used = await address();
    await listen(used);
    await expect(listen(used)).rejects.toThrow('401');
    const old = await address();
    service.clock.now += 60_000;
    await expect(listen(old)).rejects.toThrow('401');
    await expect(listen(`${service.url}/collection/default/events`)).rejects.toThrow('401');
  });
});

test('[P01] a channel to which the consent was taken back lets nobody listen any more', async () => {
  const { service, session, token, stream, subscribe } = await live('+mic:default');
  await deliver(service, stream, takeOf(), token);
  const taken = { channel_id: 'mic:default', erase: false, at_ms: 1 };
  const path = `/capture/session/${session.id}/consent/revoke`;
  expect(await call(service, 'POST', path, token, taken)).toMatchObject({ status: 200 });
  const late = await subscribe();
  expect(await late.next()).toEqual({ json: { type: 'ended' } });
  expect(await late.next()).toBeUndefined();
});
