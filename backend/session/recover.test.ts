import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeOf } from '../trial/media.ts';
import { partsOf } from '../trial/parts.ts';
import { call, deliver, manifestOf, put, started, stopOf } from '../trial/recorder.ts';
import { aTombstone } from '../trial/records.ts';
import { storeOf, trial } from '../trial/service.ts';
import { recover } from './recover.ts';

test('a session whose last fragment came before the service was killed is finished after', async () => {
  const service = await trial();
  const { session, token, streams } = await started(service, service.key, '+mic:default');
  const take = takeOf();
  await deliver(service, streams[0] ?? '', take, token);
  // As the store is when the service dies between that fragment and the end of the session.
  const store = await storeOf(service);
  await store.settleManifest(session.id, ['active'], stopOf(manifestOf('mic:default', take)));
  await store.close();
  await service.restart();
  // Takes its turn after the recovery, or does the same itself.
  const [first] = take;
  if (first !== undefined) await put(service, streams[0] ?? '', first, token);
  expect((await call(service, 'GET', `/capture/session/${session.id}`, token)).data).toMatchObject({
    status: 'stopped',
    videos: [{ fragments: take.length }],
  });
});

test('a deletion that was cut short is finished at the next start', async () => {
  const service = await trial();
  const { streams, token, session } = await started(service, service.key, '+mic:default');
  await deliver(service, streams[0] ?? '', takeOf(), token);
  const left = join(service.dataDir, 'blobs', 'cap-deleted00');
  mkdirSync(left);
  // Starting waits for no recovery, but closing does.
  await service.restart();
  await service.restart();
  expect(existsSync(left)).toBe(false);
  expect(existsSync(join(service.dataDir, 'blobs', session.id))).toBe(true);
});

test('what was left of a channel when the service ended while erasing it is removed at the next start', async () => {
  const service = await trial();
  const channels = ['+mic:default', '+system_audio:default'];
  const { session, token, streams } = await started(service, service.key, ...channels);
  for (const stream of streams) await deliver(service, stream, takeOf(), token);
  // As it is between destroying the key and removing the files.
  const store = await storeOf(service);
  await store.revokeStream(streams[0] ?? '', 7, aTombstone(session.id, 'mic:default'));
  await store.close();
  await service.restart();
  await service.restart();
  expect(readdirSync(join(service.dataDir, 'blobs', session.id))).toEqual([streams[1]]);
});

test('a session that cannot be removed now does not keep the others waiting', async () => {
  const service = await trial();
  const parts = await partsOf(service);
  const of = (sessionId: string) => ({ sessionId, streamId: 'rts-1', take: 1, sequence: 0 });
  for (const id of ['cap-held00001', 'cap-left00001'])
    await parts.blobs.writeSealed(of(id), 'a', Buffer.of(1));
  const told: string[] = [];
  const removeSession = async (id: string) => {
    if (id === 'cap-held00001') throw new Error('it is held');
    await parts.blobs.removeSession(id);
  };
  await recover({
    ...parts,
    blobs: { ...parts.blobs, removeSession },
    log: (line) => void told.push(line.type === 'fault' ? line.cause : ''),
  });
  expect(await parts.blobs.sessionIds()).toEqual(['cap-held00001']);
  expect(told).toEqual([expect.stringContaining('it is held')]);
});
