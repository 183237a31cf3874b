import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FragmentList } from '../../contract/wire.ts';
import { blobsOnS3 } from '../blobs/s3.ts';
import { takeOf } from '../trial/media.ts';
import { type PostgresServer, startPostgres } from '../trial/postgres.ts';
import { recorded } from '../trial/recorded.ts';
import { call, deliver, manifestOf, put, started, stopOf } from '../trial/recorder.ts';
import { type S3Server, startS3 } from '../trial/s3.ts';
import { trial } from '../trial/service.ts';

let database: PostgresServer;
let s3: S3Server;
beforeAll(async () => {
  database = startPostgres();
  s3 = await startS3();
});
afterAll(async () => {
  await s3?.stop();
  await database?.stop();
});

test('[P30] while the store or the database is away nothing is acknowledged, and nothing that was is lost', async () => {
  const service = await trial({ databaseUrl: database.url, blobs: s3.place });
  const other = await recorded(service, service.key, { endUserId: 'bob' });
  const { session, token, streams } = await started(service, service.key, '+mic:default');
  const [mic = ''] = streams;
  const take = takeOf({ seconds: 5 });
  const [init, one, two, three, ...rest] = take;
  if (init === undefined || one === undefined || two === undefined || three === undefined)
    throw new Error('there are four');
  await deliver(service, mic, [init, one], token);

  await s3.pause();
  expect(await put(service, mic, two, token)).toMatchObject({ status: 502, error_code: 'service-failed' });
  const held = await call<FragmentList>(service, 'GET', `/rtstream/${mic}/fragments`, token);
  expect(held.data.fragments).toHaveLength(2);
  // Deleting is destroying the key: it does not wait for the store.
  const gone = `/collection/default/capture/session/${other.session.id}`;
  expect(await call(service, 'DELETE', gone, service.key)).toMatchObject({ status: 200 });
  await s3.resume();
  expect(await put(service, mic, two, token)).toMatchObject({ status: 200 });

  database.crash();
  const answer = await put(service, mic, three, token);
  expect(answer).toMatchObject({ status: 500, error_code: 'internal' });
  expect((await fetch(`${service.url}/healthz`)).status).toBe(500);
  database.start();
  // The same process, whose connections have all gone.
  await deliver(service, mic, [three, ...rest], token);
  const path = `/capture/session/${session.id}`;
  const stopped = await call(service, 'POST', `${path}/stop`, token, stopOf(manifestOf('mic:default', take)));
  expect(stopped.data).toMatchObject({ status: 'stopped', videos: [{ fragments: take.length }] });
  const [video] = stopped.data.videos;
  const headers = { 'x-access-token': service.key };
  const file = await (await fetch(`${service.url}/video/${video?.id}/download`, { headers })).arrayBuffer();
  expect(createHash('sha256').update(Buffer.from(file)).digest('hex')).toBe(video?.sha256);

  // What could not be removed then is removed by now, or at the latest at the next start.
  await service.restart();
  await expect.poll(() => objectsOf(other.session.id), { timeout: 20_000 }).toBe(0);
});

async function objectsOf(sessionId: string): Promise<number> {
  const blobs = blobsOnS3(s3.place);
  const ids = await blobs.sessionIds();
  blobs.close();
  return ids.filter((id) => id === sessionId).length;
}
