import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import type { FragmentList, SessionView } from '../../contract/wire.ts';
import { createKey } from '../main.ts';
import { checkAudit, rotateMasterKey } from '../operate.ts';
import { SOME_CLIENT } from '../trial/client.ts';
import { type Cluster, type Clusters, startClusters, startInstance } from '../trial/cluster.ts';
import { type Piece, takeOf } from '../trial/media.ts';
import { recorded } from '../trial/recorded.ts';
import { call, deliver, manifestOf, put, shownBy, started, stopOf } from '../trial/recorder.ts';
import { folder, must } from '../trial/service.ts';
import { type Listening, listen } from '../trial/subscriber.ts';

let clusters: Clusters | undefined;
beforeAll(async () => {
  clusters = await startClusters();
});
afterAll(() => clusters?.stop());

async function two() {
  if (clusters === undefined) throw new Error('the servers are there');
  const cluster = await clusters.fresh();
  const [a, b] = cluster.instances;
  if (a === undefined || b === undefined) throw new Error('there are two');
  return { cluster, a, b };
}

async function expectPieces(listening: Listening, ...pieces: readonly Piece[]) {
  for (const { take, sequence, bytes } of pieces) {
    expect(await listening.next()).toMatchObject({ json: { type: 'fragment', take, sequence } });
    expect(await listening.next()).toEqual({ bytes: Buffer.from(bytes) });
  }
}

/** Whatever adds a fragment waits from now on, at the very last moment before it is durable. */
async function heldUp({ databaseUrl }: Cluster) {
  const client = new pg.Client({ connectionString: databaseUrl });
  onTestFinished(() => client.end());
  await client.connect();
  await client.query('begin');
  await client.query('lock table fragment in share mode');
  const other = new pg.Client({ connectionString: databaseUrl });
  await other.connect();
  onTestFinished(() => other.end());
  return {
    waits: () =>
      vi.waitFor(
        async () => {
          const asked = "select 1 from pg_locks where not granted and relation = 'fragment'::regclass";
          expect((await other.query(asked)).rowCount).toBe(1);
        },
        { timeout: 20_000 },
      ),
    release: () => client.query('commit'),
  };
}

describe('two instances behind a balancer that knows nothing of sessions', () => {
  test('[P54] [P61] record, pause, pass on, stop and play a session together', async () => {
    const { cluster, a, b } = await two();
    const { session, token, streams } = await started(cluster, cluster.key, '+mic:default', 'display:1');
    const [mic = '', display = ''] = streams;
    const path = `/capture/session/${session.id}`;
    const [first, second] = [takeOf(), takeOf({ take: 2, startedAtMs: 5000, pausedBeforeMs: 1000 })];
    const [init, ...rest] = first;
    if (init === undefined) throw new Error('a take has an init segment');
    // Whoever listens at one hears what comes to the other, from the init segment on, although that was passed on before.
    expect(await put(b, display, init, token)).toMatchObject({ status: 200 });
    const heard = await listen(`${a.url}/rtstream/${display}/live`, cluster.key);
    await expectPieces(heard, init);
    const kept = await listen(`${b.url}/rtstream/${mic}/live`, cluster.key);
    for (const piece of rest) expect(await put(b, display, piece, token)).toMatchObject({ status: 200 });
    await deliver(cluster, mic, first, token);
    await expectPieces(heard, ...rest);
    await expectPieces(kept, ...first);
    for (const step of ['pause', 'resume'])
      expect(await call(cluster, 'POST', `${path}/${step}`, token, { at_ms: 4000 })).toMatchObject({
        status: 200,
      });
    // In any order of instances: an init segment here, what follows there.
    await deliver(cluster, display, second, token);
    await deliver(cluster, mic, second, token);
    await expectPieces(heard, ...second);
    await expectPieces(kept, ...second);
    const manifests = [
      manifestOf('mic:default', [...first, ...second]),
      manifestOf('display:1', [...first, ...second]),
    ];
    const stopped = await call(cluster, 'POST', `${path}/stop`, token, stopOf(...manifests));
    expect(stopped.data).toMatchObject({ status: 'stopped', videos: [{ name: 'mic:default', takes: 2 }] });
    for (const listening of [heard, kept]) {
      expect(await listening.next()).toEqual({ json: { type: 'ended' } });
      expect(await listening.next()).toBeUndefined();
    }
    const [video] = stopped.data.videos;
    for (const { url } of [a, b]) {
      const headers = { 'x-access-token': cluster.key };
      const answer = await fetch(`${url}/video/${video?.id}/download`, { headers });
      const file = Buffer.from(await answer.arrayBuffer());
      expect(createHash('sha256').update(file).digest('hex')).toBe(video?.sha256);
      expect(await call({ url }, 'GET', '/audit/verify', cluster.key)).toMatchObject({ status: 200 });
    }
    expect(
      must(await checkAudit({ dataDir: cluster.dataDir, variables: cluster.variables })).entries,
    ).toBeGreaterThan(5);
    expect((await call(cluster, 'DELETE', `/collection/default${path}`, cluster.key)).status).toBe(200);
  });

  test('[P10] what is live only comes once, in order, and again only as it was', async () => {
    const { cluster, a, b } = await two();
    const { token, streams } = await started(cluster, cluster.key, 'mic:default', 'display:1');
    const [mic = '', display = ''] = streams;
    const [init, one, next] = takeOf();
    if (init === undefined || one === undefined || next === undefined) throw new Error('there are three');
    expect(await put(a, mic, init, token)).toMatchObject({ status: 200 });
    const receipt = await put(b, mic, one, token);
    expect(receipt).toMatchObject({ status: 200, data: { stored: false } });
    expect((await put(a, mic, one, token)).data).toEqual(receipt.data);
    expect(await put(a, mic, { ...one, bytes: next.bytes }, token)).toMatchObject({
      error_code: 'fragment-conflict',
    });
    expect(await put(b, mic, init, token)).toMatchObject({ error_code: 'fragment-out-of-order' });
    const { data } = await call<FragmentList>(a, 'GET', `/rtstream/${mic}/fragments`, token);
    expect(data.next).toEqual({ take: 1, sequence: 2 });
    // With the process that had it the init segment is gone: the client may send it again.
    for (const piece of [init, one])
      expect(await put(a, display, piece, token)).toMatchObject({ status: 200 });
    await a.kill();
    for (const piece of [init, next])
      expect(await put(b, display, piece, token)).toMatchObject({ status: 200 });
    // Where somebody had asked for it, it is not.
    const heard = await listen(`${b.url}/rtstream/${mic}/live`, cluster.key);
    await expectPieces(heard, init);
  });

  test('[P09] refuse a proof that the other has seen', async () => {
    const { cluster, a, b } = await two();
    const { session, token } = await started(cluster, cluster.key, '+mic:default');
    const path = `/capture/session/${session.id}`;
    const headers = await shownBy(SOME_CLIENT, cluster, 'GET', path, token);
    const statuses = [];
    for (const { url } of [a, b, a]) statuses.push((await fetch(url + path, { headers })).status);
    expect(statuses).toEqual([200, 401, 401]);
    const again = await shownBy(SOME_CLIENT, cluster, 'GET', path, token);
    const both = await Promise.all([a, b].map(({ url }) => fetch(url + path, { headers: again })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  test('[P25] a key that is revoked at one is dead at the other, with its tokens and its sockets', async () => {
    const { cluster, a, b } = await two();
    const { key, id } = must(
      await createKey({
        dataDir: cluster.dataDir,
        name: 'other',
        roles: ['capture', 'read', 'admin'],
        variables: cluster.variables,
      }),
    );
    const { session, token, streams } = await started(cluster, key, 'mic:default');
    const heard = await listen(`${b.url}/rtstream/${streams[0]}/live`, key);
    const { data } = await call<{ websocket_url: string }>(a, 'GET', '/collection/default/websocket', key);
    // A ticket of one is good at the other, once.
    const at = data.websocket_url.replace(/^ws:\/\/[^/]+/, b.url);
    const events = await listen(at, key);
    await expect(listen(at.replace(b.url, a.url))).rejects.toThrow('401');
    expect(await events.next()).toMatchObject({ json: { connection_id: expect.any(String) } });
    must(
      await createKey({
        dataDir: cluster.dataDir,
        name: 'other',
        roles: ['admin'],
        replace: true,
        variables: cluster.variables,
      }),
    );
    expect(id).not.toBe('');
    for (const listening of [heard, events]) expect(await listening.next()).toBeUndefined();
    for (const place of [a, b]) {
      expect(await call(place, 'GET', '/collection', key)).toMatchObject({ status: 401 });
      expect(await call(place, 'GET', `/capture/session/${session.id}`, token)).toMatchObject({
        status: 401,
      });
    }
  });

  test('[P26] a policy that is set at one is obeyed at the other with the next fragment', async () => {
    const { cluster, a, b } = await two();
    const { token, streams } = await started(cluster, cluster.key, '+mic:default');
    const [mic = ''] = streams;
    const [init, one] = takeOf();
    if (init === undefined || one === undefined) throw new Error('there are two');
    expect(await put(b, mic, init, token)).toMatchObject({ status: 200 });
    const { version: _, ...policy } = DEFAULT_POLICY;
    const off = { ...policy, channels: { ...policy.channels, mic: 'ephemeral' } };
    expect(await call(a, 'PUT', '/policy', cluster.key, off)).toMatchObject({ status: 200 });
    expect(await put(b, mic, one, token)).toMatchObject({ error_code: 'policy-forbids' });
  });

  test('what happens at one is told at the other, in its order', async () => {
    const { cluster, a, b } = await two();
    const { data } = await call<{ websocket_url: string }>(
      cluster,
      'GET',
      '/collection/default/websocket',
      cluster.key,
    );
    const events = await listen(data.websocket_url.replace(/^ws:\/\/[^/]+/, b.url));
    expect(await events.next()).toMatchObject({ json: { connection_id: expect.any(String) } });
    const { session, token } = await recorded(a, cluster.key, { endUserId: 'ada', until: 'delivered' });
    const path = `/capture/session/${session.id}`;
    // From both, one after the other.
    for (const place of [b, a]) {
      expect(await call(place, 'POST', `${path}/pause`, token, { at_ms: 1 })).toMatchObject({ status: 200 });
      expect(await call(cluster, 'POST', `${path}/resume`, token, { at_ms: 2 })).toMatchObject({
        status: 200,
      });
    }
    for (const status of ['created', 'starting', 'active', 'paused', 'active', 'paused', 'active'])
      expect(await events.next()).toMatchObject({ json: { status, capture_session_id: session.id } });
  });

  test('a sign-in that fails at one counts at the other', async () => {
    const { cluster } = await two();
    const confirm = () =>
      call(cluster, 'POST', '/user/confirm', cluster.key, { name: 'nobody', password: 'x' });
    const statuses = [];
    for (let tries = 0; tries < 7; tries++) statuses.push((await confirm()).status);
    expect(statuses.slice(0, 5)).not.toContain(429);
    expect(statuses.slice(5)).toEqual([429, 429]);
  });
});

describe('an instance that is killed', () => {
  test('[P30] in the middle of a fragment has acknowledged nothing that is missing, and the other goes on', async () => {
    const { cluster, a, b } = await two();
    const { session, token, streams } = await started(cluster, cluster.key, '+mic:default');
    const [mic = ''] = streams;
    const take = takeOf({ seconds: 5 });
    const [init, one, next, ...rest] = take;
    if (init === undefined || one === undefined || next === undefined) throw new Error('there are more');
    await deliver(cluster, mic, [init, one], token);
    const hold = await heldUp(cluster);
    const cut = put(a, mic, next, token).catch(() => 'cut off');
    await hold.waits();
    await a.kill();
    expect(await cut).toBe('cut off');
    await hold.release();
    const { data: held } = await call<FragmentList>(cluster, 'GET', `/rtstream/${mic}/fragments`, token);
    expect(held.fragments).toHaveLength(2);
    await deliver(cluster, mic, [next, ...rest], token);
    const stopped = await call<SessionView>(
      cluster,
      'POST',
      `/capture/session/${session.id}/stop`,
      token,
      stopOf(manifestOf('mic:default', take)),
    );
    expect(stopped.data).toMatchObject({ status: 'stopped', videos: [{ fragments: take.length }] });
    expect(await call(b, 'GET', '/audit/verify', cluster.key)).toMatchObject({ status: 200 });
    // One that comes in its place is one of them at once.
    const c = await cluster.join();
    expect(await call(c, 'GET', `/capture/session/${session.id}`, token)).toMatchObject({ status: 200 });
  });

  test('or lies still holds nobody up for long', async () => {
    const { cluster, a, b } = await two();
    const { token, streams } = await started(cluster, cluster.key, '+mic:default');
    const [mic = ''] = streams;
    const [init, one] = takeOf();
    if (init === undefined || one === undefined) throw new Error('there are two');
    expect(await put(a, mic, init, token)).toMatchObject({ status: 200 });
    const hold = await heldUp(cluster);
    const lying = put(a, mic, one, token);
    await hold.waits();
    a.process.kill('SIGSTOP');
    onTestFinished(() => void a.process.kill('SIGKILL'));
    await hold.release();
    expect(await put(b, mic, one, token)).toMatchObject({ status: 200 });
    a.process.kill('SIGCONT');
    // Its connections were ended with what it had begun: it has told nobody that it holds this.
    expect(await lying).toMatchObject({ error_code: 'internal' });
    expect(await put(a, mic, one, token)).toMatchObject({ status: 200 });
    const { data } = await call<FragmentList>(b, 'GET', `/rtstream/${mic}/fragments`, token);
    expect(data.fragments).toHaveLength(2);
  });
});

describe('what is no instance of this service', () => {
  test('does not start on its database or in its place', async () => {
    const { cluster } = await two();
    const refusal = async (more: Record<string, string>) =>
      startInstance(await folder(), { ...cluster.variables, ...more }).then(
        () => 'started',
        (error: Error) => error.message,
      );
    expect(await refusal({ TALLYLIGHT_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') })).toContain(
      'master-key-wrong',
    );
    expect(await refusal({ TALLYLIGHT_INSTANCE_URL: '' })).toContain('data-in-use');
    expect(await refusal({ TALLYLIGHT_BLOBS: '' })).toContain('setting-refused');
    expect(await refusal({ TALLYLIGHT_DATABASE_URL: '' })).toContain('setting-refused');
    expect(await refusal({ TALLYLIGHT_COPIES_DIR: '' })).toContain('setting-refused');
    expect(await refusal({ TALLYLIGHT_COPIES_DIR: await folder() })).toContain('the other instances');
    const other = await two();
    expect(await refusal({ TALLYLIGHT_DATABASE_URL: other.cluster.databaseUrl })).toContain(
      'master-key-wrong',
    );
    expect(
      await refusal({
        TALLYLIGHT_DATABASE_URL: other.cluster.databaseUrl,
        TALLYLIGHT_MASTER_KEY: other.cluster.variables.TALLYLIGHT_MASTER_KEY ?? '',
      }),
    ).toContain('data-in-use');
    // Nor is its master key changed under it.
    const TALLYLIGHT_NEW_MASTER_KEY = Buffer.alloc(32, 2).toString('base64');
    const rotated = rotateMasterKey({
      dataDir: await folder(),
      variables: { ...cluster.variables, TALLYLIGHT_NEW_MASTER_KEY },
    });
    expect(await rotated).toMatchObject({ ok: false, error: { code: 'data-in-use' } });
  });

  test('is told nothing at the door between instances', async () => {
    const { a } = await two();
    for (const headers of [{}, { 'x-tallylight-hop': 'e30.x' }]) {
      const answer = await fetch(`${a.url}/instance`, { method: 'POST', headers, body: 'x' });
      expect(answer.status).toBe(401);
    }
  });
});
