import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { checkAudit, rotateMasterKey } from '../operate.ts';
import { exportOf } from '../trial/admin.ts';
import { type PostgresServer, startPostgres } from '../trial/postgres.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { must, type Trial, trial } from '../trial/service.ts';
import { checkSums, unzipped } from '../trial/unzipped.ts';
import type { ErasedPerson } from './erase.ts';

let server: PostgresServer | undefined;
beforeAll(() => {
  server = startPostgres();
});
afterAll(() => server?.stop());

async function exported(service: Trial, person: string) {
  const variables = { TALLYLIGHT_DATABASE_URL: server?.url ?? '' };
  const answer = await exportOf(service, service.key, person, variables);
  const archive = await unzipped(Buffer.from(await answer.arrayBuffer()));
  checkSums(archive);
  return archive;
}

test('[P18][P19][P20][P27][P31] access, erasure, retention, audit and a new master key are the same on PostgreSQL', async () => {
  const databaseUrl = server?.url ?? '';
  const service = await trial({ databaseUrl });
  const { key, dataDir } = service;
  const variables = { TALLYLIGHT_DATABASE_URL: databaseUrl };
  const ada = await recorded(service, key, { endUserId: 'ada', metadata: { room: 'blue' } });
  const bob = await recorded(service, key, { endUserId: 'bob', until: 'delivered' });
  const folder = (id: string) => `sessions/${id}/recordings/mic-default-part1.mp4`;
  expect((await exported(service, 'ada')).paths).toContain(folder(ada.session.id));

  await service.close();
  expect(must(await rotateMasterKey({ dataDir, variables }))).toEqual({ place: 'file', isScrubbed: true });
  await service.restart();
  expect((await exported(service, 'ada')).paths).toContain(folder(ada.session.id));

  const erased = await call<ErasedPerson>(service, 'DELETE', '/user/ada/data', key);
  expect(erased).toMatchObject({ status: 200, data: { sessions: 1, recordings: 1 } });
  const empty = await exported(service, 'ada');
  expect(empty.paths).toHaveLength(5);
  expect(empty.text('audit.jsonl')).toBe('');
  expect((await exported(service, 'bob')).paths).toContain(folder(bob.session.id));

  const { version: _, ...policy } = DEFAULT_POLICY;
  await call(service, 'PUT', '/policy', key, { ...policy, retentionDays: 1 });
  service.clock.now += 86_400_000 - 1000;
  const sweep = { dry_run: false };
  expect(await call(service, 'POST', '/retention/sweep', key, sweep)).toMatchObject({ data: { deleted: 0 } });
  service.clock.now += 1000;
  expect(await call(service, 'POST', '/retention/sweep', key, sweep)).toMatchObject({ data: { deleted: 1 } });
  expect(await call(service, 'GET', '/audit/verify', key)).toMatchObject({ status: 200 });
  must(await checkAudit({ dataDir, variables }));
});
