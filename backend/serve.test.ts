import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FragmentList, TokenGrant } from '../contract/wire.ts';
import { createKey, ROLES, serve } from './main.ts';
import { ROUTES } from './routes/table.ts';
import { startService } from './serve.ts';
import { takeOf } from './trial/media.ts';
import { startPostgres } from './trial/postgres.ts';
import { call, deliver, manifestOf, put, started, stopOf } from './trial/recorder.ts';
import { folder, must, trial } from './trial/service.ts';
import { listen } from './trial/subscriber.ts';

describe('the service', () => {
  test('answers health, and describes every route it has', async () => {
    const service = await trial();
    expect(await call(service, 'GET', '/healthz')).toMatchObject({ status: 200, data: { status: 'ok' } });
    const document = JSON.parse(await (await fetch(`${service.url}/openapi.json`)).text());
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/rtstream/{id}/fragment/{take}/{sequence}'].put).toMatchObject({
      security: [{ clientToken: [] }],
    });
    expect(JSON.stringify(document)).not.toContain('$defs');
    const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  });

  test('answers an unknown route in the same envelope', async () => {
    const service = await trial();
    expect(await call(service, 'GET', '/nowhere')).toMatchObject({
      status: 404,
      success: false,
      error_code: 'bad-request',
      action: expect.any(String),
    });
  });

  test('[P23] does not listen where other machines reach it without TLS', async () => {
    const dataDir = await folder();
    for (const host of ['0.0.0.0', '::', '192.168.1.1', 'example.org'])
      expect(await startService({ port: 0, host, dataDir })).toMatchObject({
        ok: false,
        error: { code: 'insecure-address' },
      });
    const behindProxy = must(await startService({ port: 0, host: '0.0.0.0', dataDir, behindTlsProxy: true }));
    await behindProxy.close();
  });

  test('answers a request that offers another protocol as what it is, and ends in time while some are open', async () => {
    const service = await trial();
    const { hostname, port } = new URL(service.url);
    const ask = async (upgrade: string) => {
      const socket = connect(Number(port), hostname);
      socket.write(`GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: ${upgrade}\r\n\r\n`);
      const [head] = await once(socket, 'data');
      return { socket, head: String(head) };
    };
    const open = await Promise.all(['h2c', 'nonsense', 'h2c'].map(ask));
    for (const { head } of open) expect(head).toMatch(/^HTTP\/1\.1 200 /);
    await service.restart();
    for (const { socket } of open) socket.destroy();
  });

  test.skipIf(process.platform === 'win32')(
    'keeps its database from other users also in a folder that they can read',
    async () => {
      const dataDir = await folder();
      chmodSync(dataDir, 0o755);
      const service = must(await startService({ port: 0, dataDir }));
      onTestFinished(() => service.close());
      for (const name of [
        'tallylight.sqlite',
        'tallylight.sqlite-wal',
        'tallylight.sqlite-shm',
        'in-use.lock',
        'master.key',
      ])
        expect([name, statSync(join(dataDir, name)).mode & 0o077]).toEqual([name, 0]);
    },
  );

  test('[P23] behind a TLS proxy has to know by which address people reach it', async () => {
    const dataDir = await folder();
    const variables = { TALLYLIGHT_BEHIND_TLS_PROXY: '1' };
    for (const more of [{}, { TALLYLIGHT_PUBLIC_URL: 'http://capture.example.org' }])
      expect(await serve({ port: 0, dataDir, variables: { ...variables, ...more } })).toMatchObject({
        error: { code: 'setting-refused', detail: expect.stringContaining('TALLYLIGHT_PUBLIC_URL') },
      });
    const known = { ...variables, TALLYLIGHT_PUBLIC_URL: 'https://capture.example.org' };
    await must(await serve({ port: 0, dataDir, variables: known })).close();
  });

  test('does not start twice on the same folder', async () => {
    const service = await trial();
    const second = () => startService({ port: 0, dataDir: service.dataDir });
    expect(await second()).toMatchObject({ ok: false, error: { code: 'data-in-use' } });
    expect(await call(service, 'GET', '/healthz')).toMatchObject({ status: 200 });
    await service.restart();
    expect(await second()).toMatchObject({ ok: false, error: { code: 'data-in-use' } });
  });

  test('makes a damaged lock anew, and holds the folder with it', async () => {
    const dataDir = await folder();
    const path = join(dataDir, 'in-use.lock');
    writeFileSync(path, randomBytes(8192));
    const service = must(await startService({ port: 0, dataDir }));
    onTestFinished(() => service.close());
    expect(await startService({ port: 0, dataDir })).toMatchObject({ error: { code: 'data-in-use' } });
  });

  test('gives the folder back when it cannot listen', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const dataDir = await folder();
    expect(await startService({ port, dataDir })).toMatchObject({ ok: false, error: { code: 'usage' } });
    await must(await startService({ port: 0, dataDir })).close();
  });

  test('keeps its folder to itself, and does not start with another master key', async () => {
    const dataDir = await folder();
    await must(await startService({ port: 0, dataDir })).close();
    const path = join(dataDir, 'master.key');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path)).toHaveLength(32);
    writeFileSync(path, Buffer.alloc(32, 7));
    expect(await startService({ port: 0, dataDir })).toMatchObject({
      ok: false,
      error: { code: 'master-key-wrong' },
    });
  });

  test('reads its store from the environment, and refuses what it does not know', async () => {
    const dataDir = await folder();
    const variables = { TALLYLIGHT_DATABASE_URL: 'mysql://x' };
    const refused = { ok: false, error: { code: 'setting-refused' } };
    expect(await serve({ dataDir, port: 0, variables })).toMatchObject(refused);
    expect(await createKey({ dataDir, name: 'x', roles: ROLES, variables })).toMatchObject(refused);
  });

  test('says where the database is that does not answer, and nothing of its password', async () => {
    const none = createServer().listen(0, '127.0.0.1');
    await once(none, 'listening');
    const address = none.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await new Promise((closed) => none.close(closed));
    const start = async (databaseUrl: string) =>
      startService({ port: 0, dataDir: await folder(), databaseUrl });
    const refused = await start(`postgres://tallylight:hush@127.0.0.1:${port}/tallylight`);
    expect(refused).toMatchObject({
      error: { code: 'database-unreachable', detail: `127.0.0.1:${port}: ECONNREFUSED` },
    });
    // A password that was not encoded is taken for a part of the address.
    for (const password of ['hush', '12/hush', '12#hush', '12?hush', 'hush hush', '12:hush'])
      for (const host of [`127.0.0.1:${port}`, 'no such host'])
        expect(
          JSON.stringify(await start(`postgres://127.0.0.1:${password}@${host}/tallylight`)),
        ).not.toMatch(/hush|12[/#?:]|:12\b/);
  });

  test('says of a database that lets nobody in that it is that', async () => {
    const server = startPostgres();
    onTestFinished(server.stop);
    const databaseUrl = server.url.replace('/postgres?', '/no-such-database?');
    expect(await startService({ port: 0, dataDir: await folder(), databaseUrl })).toMatchObject({
      error: { code: 'database-unreachable', detail: expect.stringContaining('3D000') },
    });
  });

  test('takes a key that is made while it runs', async () => {
    const service = await trial();
    const { key } = must(
      await createKey({ dataDir: service.dataDir, name: 'second', roles: ROLES, variables: {} }),
    );
    expect(await call(service, 'GET', '/collection', key)).toMatchObject({ status: 200 });
  });

  test('says where clients reach it', async () => {
    const service = await trial({ publicUrl: 'https://media.example.org' });
    const path = '/collection/default/websocket';
    const { data } = await call<{ websocket_url: string }>(service, 'GET', path, service.key);
    expect(data.websocket_url).toMatch(/^wss:\/\/media\.example\.org\/collection\/default\/events\?ticket=/);
  });

  test('[P47] writes one line per request, and no secret, query, body or path into it', async () => {
    const service = await trial();
    const { session, token, streams } = await started(service, service.key, '+mic:default');
    const take = takeOf();
    await deliver(service, streams[0] ?? '', take, token);
    await call(
      service,
      'GET',
      '/collection/default/capture/session?end_user_id=ada-secret-query',
      service.key,
    );
    await call(service, 'GET', `/nowhere-${token}`, 'tl_not-a-key');
    await call(service, 'PUT', '/policy', service.key, { purpose: 'secret body' });
    const { data } = await call<{ websocket_url: string }>(
      service,
      'GET',
      '/collection/default/websocket',
      service.key,
    );
    await listen(data.websocket_url);
    const text = JSON.stringify(service.log);
    const ticket = new URL(data.websocket_url).searchParams.get('ticket') ?? 'none';
    for (const secret of [
      service.key,
      token,
      ticket,
      'tl_',
      'st-',
      'secret',
      'ada',
      session.id,
      streams[0] ?? 'none',
    ])
      expect(text).not.toContain(secret);
    // Four to start the session, the fragments, five more.
    expect(service.log).toHaveLength(4 + take.length + 5);
    expect(service.log).toContainEqual({
      at: new Date(service.clock.now).toISOString(),
      type: 'request',
      method: 'PUT',
      route: '/policy',
      status: 400,
      ms: expect.any(Number),
      error_code: 'bad-request',
    });
  });

  test('loses nothing it has given a receipt for when it is killed', async () => {
    const dataDir = await folder();
    const { key } = must(await createKey({ dataDir, name: 'trial', roles: ROLES }));
    const run = async () => {
      const main = JSON.stringify(new URL('./main.ts', import.meta.url).href);
      const program = `import { serve } from ${main};
        const service = await serve({ dataDir: process.argv[1], port: 0 });
        console.log(JSON.stringify(service));`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program, dataDir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const [line] = await once(createInterface(child.stdout), 'line');
      const service: { ok: true; value: { url: string } } = JSON.parse(line);
      const kill = async () => {
        child.kill('SIGKILL');
        await once(child, 'exit');
      };
      return { url: service.value.url, kill };
    };

    const first = await run();
    const { session, token, streams } = await started(first, key, '+mic:default');
    const stream = streams[0] ?? '';
    const take = takeOf({ seconds: 8 });
    await deliver(first, stream, take.slice(0, 4), token);
    // The fifth is on its way when the service dies: its receipt may or may not have got through.
    const fifth = take[4] && put(first, stream, take[4], token).catch(() => undefined);
    await first.kill();
    await fifth;

    const second = await run();
    const list = async () =>
      (await call<FragmentList>(second, 'GET', `/rtstream/${stream}/fragments`, token)).data;
    const { next, fragments } = await list();
    expect(fragments.length).toBeGreaterThanOrEqual(4);
    expect(next).toEqual({ take: 1, sequence: fragments.length });
    await deliver(second, stream, take.slice(next.sequence), token);
    const digests = take.map((piece) => createHash('sha256').update(piece.bytes).digest('hex'));
    expect((await list()).fragments.map((fragment) => fragment.sha256)).toEqual(digests);
    const manifest = stopOf(manifestOf('mic:default', take));
    const { data } = await call(second, 'POST', `/capture/session/${session.id}/stop`, token, manifest);
    expect(data.status).toBe('stopped');
    const file = await fetch(`${second.url}/video/${data.videos[0]?.id}/download`, {
      headers: { 'x-access-token': key },
    });
    const sha256 = createHash('sha256')
      .update(Buffer.from(await file.arrayBuffer()))
      .digest('hex');
    expect(sha256).toBe(data.videos[0]?.sha256);
    await second.kill();
  }, 20_000);

  test('does on PostgreSQL what it does on SQLite', async () => {
    const postgres = startPostgres();
    onTestFinished(() => postgres.stop());
    const service = await trial({ databaseUrl: postgres.url });
    const { session, token, streams } = await started(service, service.key, '+mic:default', 'display:1');
    const take = takeOf();
    await deliver(service, streams[0] ?? '', take.slice(0, 2), token);
    await service.restart();
    await deliver(service, streams[0] ?? '', take, token);
    const renewed = await call<TokenGrant>(service, 'POST', '/capture/session/token/renew', token);
    const manifest = stopOf(manifestOf('mic:default', take));
    const path = `/capture/session/${session.id}/stop`;
    const { data } = await call(service, 'POST', path, renewed.data.token, manifest);
    expect(data).toMatchObject({ status: 'stopped', videos: [{ fragments: take.length }] });
    const mine = `/collection/default/capture/session/${session.id}`;
    expect(await call(service, 'DELETE', mine, service.key)).toMatchObject({ status: 200 });
    expect(await call(service, 'GET', mine, service.key)).toMatchObject({ status: 404 });
  }, 30_000);
});
