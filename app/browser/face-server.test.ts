import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { testSnapshot } from '../../main/bridge/test-snapshot.ts';
import { type Face, openBridge, testFace } from './test-face.ts';

async function faced() {
  const t = await testFace();
  const headers = { cookie: await t.enter(), origin: t.server.origin };
  const open = async (): Promise<Face> => {
    const face = await openBridge(t.port, '/bridge', headers);
    if (typeof face === 'number') throw new Error(`turned away with ${face}`);
    return face;
  };
  return { ...t, headers, open };
}
const call = (id: number, name: string, request: unknown = {}) =>
  JSON.stringify({ kind: 'call', id, name, request });

describe('the bridge over loopback', () => {
  test('tells the snapshot at once and with every change, and answers calls by their number', async () => {
    const t = await faced();
    const face = await t.open();
    expect(await face.hear('snapshot')).toEqual({ kind: 'snapshot', snapshot: testSnapshot() });
    for (const listener of t.listeners) listener(testSnapshot({ revision: 2 }));
    expect(await face.hear('snapshot')).toMatchObject({ snapshot: { revision: 2 } });
    face.say(call(7, 'snapshot.read'));
    expect(await face.hear('reply')).toEqual({
      kind: 'reply',
      id: 7,
      result: { ok: true, value: testSnapshot() },
    });
    face.say(call(8, 'session.pause'));
    expect(await face.hear('reply')).toMatchObject({
      id: 8,
      result: { ok: false, error: { code: 'not-now' } },
    });
    expect(t.calls).toEqual([
      ['snapshot.read', {}],
      ['session.pause', {}],
    ]);
  });

  test('is not for another page, another name, another path or whoever lacks the cookie', async () => {
    const { port, headers, server, calls } = await faced();
    const { cookie, origin } = headers;
    const strangers: [string, Record<string, string>][] = [
      ['/bridge', { cookie }],
      ['/bridge', { cookie, origin: 'https://evil.example.com' }],
      ['/bridge', { cookie, origin: 'null' }],
      ['/bridge', { cookie, origin: `http://localhost:${port}` }],
      ['/bridge', { cookie, origin, host: `localhost:${port}` }],
      ['/bridge', { origin }],
      ['/bridge', { cookie: `${cookie.slice(0, -1)}\u00e9`, origin }],
      ['/bridge?x', { cookie, origin }],
      ['/', { cookie, origin }],
    ];
    for (const [path, shown] of strangers) expect(await openBridge(port, path, shown)).toBe(403);
    expect(server.faces()).toBe(0);
    expect(calls).toEqual([]);
  });

  test('gives the player of its own page media, and nobody else', async () => {
    const { ask, headers } = await faced();
    const path = '/media/cap-1234567890/mic%3Adefault/1/0-4';
    const { cookie } = headers;
    const given = await ask(path, { cookie });
    expect([given.status, JSON.parse(given.text)]).toEqual([
      200,
      { sessionId: 'cap-1234567890', channelId: 'mic:default', take: 1, from: 0, to: 4 },
    ]);
    expect(given.headers['cross-origin-resource-policy']).toBe('same-origin');
    expect((await ask(path)).status).toBe(403);
    expect((await ask(path, { cookie, host: 'localhost' })).status).toBe(403);
    expect((await ask(path, { cookie }, 'POST')).status).toBe(405);
    const unknown = await ask(path.replace('1234567890', '0000000000'), { cookie });
    expect([unknown.status, JSON.parse(unknown.text)]).toMatchObject([404, { code: 'recording-unknown' }]);
  });

  test('a stranger that hangs up while it is turned away ends nothing', async () => {
    const t = await faced();
    for (let again = 0; again < 20; again++)
      await new Promise<void>((resolve) => {
        const socket = connect(Number(t.port), '127.0.0.1', () => {
          socket.write(
            'GET /bridge HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nmore',
          );
          socket.resetAndDestroy();
          resolve();
        });
      });
    const face = await t.open();
    expect(await face.hear('snapshot')).toBeDefined();
  });

  test.each([
    '',
    'hello',
    'null',
    '[]',
    '{"kind":"call"}',
    '{"kind":"call","id":-1,"name":"x","request":{}}',
    '{"kind":"call","id":1,"name":"snapshot.read","request":{},"more":1}',
    `{"kind":"call","id":1,"name":"${'x'.repeat(65)}","request":{}}`,
  ])('answers %j with bad-request and goes on', async (text) => {
    const t = await faced();
    const face = await t.open();
    face.say(text);
    expect(await face.hear('reply')).toMatchObject({ id: -1, result: { error: { code: 'bad-request' } } });
    face.say(Buffer.from([0xff, 0xfe]));
    expect(await face.hear('reply')).toMatchObject({ id: -1 });
    face.say(call(1, 'snapshot.read'));
    expect(await face.hear('reply')).toMatchObject({ id: 1 });
    expect(t.calls).toHaveLength(1);
  });

  test('closes on a message larger than a call can be', async () => {
    const t = await faced();
    const face = await t.open();
    const left = new Promise<void>((resolve) => t.server.onFaces(() => resolve()));
    face.say(call(1, 'snapshot.read', 'x'.repeat(70_000)));
    expect(await face.closed).toBe(1009);
    await left;
    expect(t.calls).toEqual([]);
    expect(t.listeners.size).toBe(0);
  });

  test('counts the faces that are there', async () => {
    const t = await faced();
    const counts: number[] = [];
    const changed: (() => void)[] = [];
    t.server.onFaces((count) => {
      counts.push(count);
      changed.shift()?.();
    });
    const face = await t.open();
    await face.hear('snapshot');
    const left = new Promise<void>((resolve) => changed.push(resolve));
    face.socket.close();
    await left;
    expect(counts).toEqual([1, 0]);
    expect(t.listeners.size).toBe(0);
  });

  test('closes with its pages, also with one that hangs', async () => {
    const t = await faced();
    const face = await t.open();
    const hanging = await t.open();
    // A page that is frozen reads nothing any more, not even a goodbye.
    hanging.socket.pause();
    await t.close();
    expect(await face.closed).toBe(1001);
    hanging.socket.terminate();
  });
});
