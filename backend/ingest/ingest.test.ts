import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAX_FRAGMENT_BYTES } from '../../contract/fragment.ts';
import type { FragmentList } from '../../contract/wire.ts';
import { SOME_CLIENT } from '../trial/client.ts';
import { type Piece, takeOf } from '../trial/media.ts';
import { call, deliver, headersOf, put, shownBy, started, stopOf } from '../trial/recorder.ts';
import { type Trial, trial } from '../trial/service.ts';

function piece(pieces: readonly Piece[], sequence: number): Piece {
  const found = pieces[sequence];
  if (found === undefined) throw new Error(`the take has no fragment ${sequence}`);
  return found;
}

async function keeping(channel = '+mic:default') {
  const service = await trial();
  const { session, token, streams } = await started(service, service.key, channel);
  return { service, session, token, stream: streams[0] ?? '' };
}

async function held(service: Trial, stream: string, secret = service.key): Promise<FragmentList> {
  return (await call<FragmentList>(service, 'GET', `/rtstream/${stream}/fragments`, secret)).data;
}

function files(service: Trial): string[] {
  return readdirSync(join(service.dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

describe('a stored stream', () => {
  test('[P12] takes the fragments in order and says what it holds and expects', async () => {
    const { service, token, stream } = await keeping();
    const take = takeOf();
    expect(await held(service, stream, token)).toMatchObject({
      next: { take: 1, sequence: 0 },
      fragments: [],
    });
    await deliver(service, stream, take, token);
    const list = await held(service, stream, token);
    expect(list.next).toEqual({ take: 1, sequence: take.length });
    expect(list.fragments.map((each) => each.bytes)).toEqual(take.map((each) => each.bytes.length));
    expect(files(service)).toHaveLength(take.length);
  });

  test('answers the same receipt to the same fragment, however often it comes', async () => {
    const { service, token, stream } = await keeping();
    const take = takeOf();
    const first = await put(service, stream, piece(take, 0), token);
    service.clock.now += 5000;
    await deliver(service, stream, take, token);
    expect(await put(service, stream, piece(take, 0), token)).toEqual(first);
    expect((await held(service, stream)).fragments).toHaveLength(take.length);
    expect(files(service)).toHaveLength(take.length);
  });

  test('gives everyone the same receipt when the same fragment comes ten times at once', async () => {
    const { service, token, stream } = await keeping();
    const init = piece(takeOf(), 0);
    const answers = await Promise.all(Array.from({ length: 10 }, () => put(service, stream, init, token)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(files(service)).toHaveLength(1);
  });

  test('refuses another fragment under a number that is taken', async () => {
    const { service, token, stream } = await keeping();
    const take = takeOf();
    await deliver(service, stream, take, token);
    const other = { ...piece(take, 1), bytes: piece(take, 2).bytes };
    expect(await put(service, stream, other, token)).toMatchObject({
      status: 409,
      error_code: 'fragment-conflict',
    });
  });

  test('refuses what is not next and says what is', async () => {
    const { service, token, stream } = await keeping();
    const take = takeOf();
    const outOfOrder = { status: 409, error_code: 'fragment-out-of-order' };
    expect(await put(service, stream, piece(take, 1), token)).toMatchObject({
      ...outOfOrder,
      detail: 'expected 1/0',
    });
    await deliver(service, stream, take.slice(0, 2), token);
    expect(await put(service, stream, piece(take, 3), token)).toMatchObject({
      ...outOfOrder,
      detail: 'expected 1/2',
    });
    const later = takeOf({ take: 3 });
    expect(await put(service, stream, piece(later, 1), token)).toMatchObject(outOfOrder);
    await deliver(service, stream, later.slice(0, 2), token);
    expect(await put(service, stream, piece(take, 2), token)).toMatchObject({
      ...outOfOrder,
      detail: 'expected 3/2',
    });
    expect((await held(service, stream)).next).toEqual({ take: 3, sequence: 2 });
  });

  test('[P62] refuses what is not what was sent, and keeps nothing of it', async () => {
    const { service, token, stream } = await keeping();
    const init = piece(takeOf(), 0);
    const damaged = { ...init, bytes: Buffer.from(init.bytes).fill(0, 40, 41) };
    const mismatch = { status: 422, error_code: 'digest-mismatch' };
    expect(await put(service, stream, damaged, token, headersOf(init))).toMatchObject(mismatch);
    expect(await put(service, stream, init, token, { 'x-tallylight-crc32': '00000000' })).toMatchObject({
      ...mismatch,
      detail: 'crc-32',
    });
    const other = `sha-256=:${Buffer.alloc(32).toString('base64')}:`;
    expect(await put(service, stream, init, token, { 'content-digest': other })).toMatchObject({
      ...mismatch,
      detail: 'sha-256',
    });
    expect(readdirSync(service.dataDir)).not.toContain('blobs');
    expect(await put(service, stream, init, token)).toMatchObject({ status: 200 });
  });

  test('[P62] refuses a fragment without digests', async () => {
    const { service, token, stream } = await keeping();
    const init = piece(takeOf(), 0);
    for (const missing of ['content-digest', 'x-tallylight-crc32', 'x-tallylight-started-at-ms'])
      expect(await put(service, stream, init, token, { [missing]: '' })).toMatchObject({
        status: 400,
        error_code: 'bad-request',
      });
  });

  test('understands a digest among others', async () => {
    const { service, token, stream } = await keeping();
    const init = piece(takeOf(), 0);
    const several = `sha-512=:AAAA:, ${headersOf(init)['content-digest']}`;
    expect(await put(service, stream, init, token, { 'content-digest': several })).toMatchObject({
      status: 200,
    });
  });

  test.each([
    ['whose length is declared', () => randomBytes(MAX_FRAGMENT_BYTES + 1)],
    ['whose length is not', () => new Blob([randomBytes(MAX_FRAGMENT_BYTES + 1)]).stream()],
  ])('refuses a fragment that is too large, %s', async (_case, body) => {
    const { service, token, stream } = await keeping();
    const path = `/rtstream/${stream}/fragment/1/0`;
    const shown = await shownBy(SOME_CLIENT, service, 'PUT', path, token);
    const response = await fetch(service.url + path, {
      method: 'PUT',
      headers: { ...headersOf(piece(takeOf(), 0)), ...shown },
      body: body(),
      duplex: 'half',
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ success: false, error_code: 'fragment-too-large' });
  });

  test('refuses what cannot be laid out later', async () => {
    const { service, token, stream } = await keeping();
    const take = takeOf();
    const notMedia = { status: 400, error_code: 'bad-request' };
    expect(await put(service, stream, { ...piece(take, 0), bytes: randomBytes(500) }, token)).toMatchObject(
      notMedia,
    );
    expect(
      await put(service, stream, { ...piece(take, 0), bytes: piece(take, 1).bytes }, token),
    ).toMatchObject(notMedia);
    await deliver(service, stream, take.slice(0, 1), token);
    expect(await put(service, stream, { ...piece(take, 1), bytes: randomBytes(500) }, token)).toMatchObject(
      notMedia,
    );
    expect(await put(service, stream, { ...piece(take, 1), bytes: Buffer.alloc(0) }, token)).toMatchObject(
      notMedia,
    );
    // A second one inside would be measured and placed nowhere.
    const two = Buffer.concat([piece(take, 1).bytes, piece(take, 2).bytes]);
    expect(await put(service, stream, { ...piece(take, 1), bytes: two }, token)).toMatchObject(notMedia);
  });

  test('takes nothing new after the session has stopped, and still knows what it holds', async () => {
    const { service, session, token, stream } = await keeping();
    await call(service, 'POST', `/capture/session/${session.id}/stop`, token, stopOf());
    expect(await put(service, stream, piece(takeOf(), 0), token)).toMatchObject({
      status: 409,
      error_code: 'session-ended',
    });
  });
});

describe('an ephemeral stream', () => {
  test('[P13] is passed on, counted, and listed as nothing', async () => {
    const { service, session, token, stream } = await keeping('mic:default');
    const take = takeOf();
    for (const each of take)
      expect(await put(service, stream, each, token)).toMatchObject({ data: { stored: false } });
    expect(await held(service, stream)).toMatchObject({
      next: { take: 1, sequence: take.length },
      fragments: [],
    });
    const { data } = await call(service, 'GET', `/capture/session/${session.id}`, token);
    expect(data.rtstreams[0]).toMatchObject({
      fragments: take.length,
      bytes: take.reduce((sum, each) => sum + each.bytes.length, 0),
    });
  });

  test('may lack what the recorder dropped, and goes only forward', async () => {
    const { service, token, stream } = await keeping('mic:default');
    const take = takeOf();
    await deliver(service, stream, [piece(take, 0), piece(take, 3)], token);
    expect(await put(service, stream, piece(take, 2), token)).toMatchObject({
      status: 409,
      error_code: 'fragment-out-of-order',
      detail: 'expected 1/4',
    });
    const again = await put(service, stream, piece(take, 3), token);
    expect(again).toMatchObject({ status: 200 });
    expect(
      await put(service, stream, { ...piece(take, 3), bytes: piece(take, 2).bytes }, token),
    ).toMatchObject({
      status: 409,
      error_code: 'fragment-conflict',
    });
  });

  test('takes the init segment again after the service has lost it', async () => {
    const { service, token, stream } = await keeping('mic:default');
    const take = takeOf();
    await deliver(service, stream, take.slice(0, 2), token);
    await service.restart();
    await deliver(service, stream, [piece(take, 2), piece(take, 0), piece(take, 3)], token);
    expect((await held(service, stream)).next).toEqual({ take: 1, sequence: 4 });
  });
});
