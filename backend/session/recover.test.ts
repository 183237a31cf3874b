import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

// It looks at the embedded store's files.
test.skipIf(process.env.TALLYLIGHT_TRIAL === 'outgrown')(
  '[P41] what a killed service was writing is taken away by the next start: half files anywhere, and fragments that were not recorded',
  async () => {
    const service = await trial();
    const { session, token, streams } = await started(service, service.key, '+mic:default');
    const [stream = ''] = streams;
    const take = takeOf({ seconds: 3 });
    await deliver(service, stream, take.slice(0, 2), token);
    const parts = await partsOf(service);
    const kept = await parts.blobs.names(session.id, stream);
    expect(kept).toHaveLength(2);
    await service.close();
    // Written, and killed before it was recorded.
    await parts.blobs.writeSealed(
      { sessionId: session.id, streamId: stream, take: 1, sequence: 2 },
      '1.2.0123456789ab',
      Buffer.of(1),
    );
    const half = [
      join(service.dataDir, 'audit-heads.json.0123abcd.part'),
      join(service.dataDir, 'blobs', session.id, stream, '1.2.0123456789ab.0123abcd.part'),
      join(service.dataDir, 'copies', session.id, stream, '1.0.0123456789ab.0123abcd.part'),
    ];
    const begun = new Date(Date.now() - 60_000);
    for (const path of half) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'half');
      utimesSync(path, begun, begun);
    }
    // Of a writer that is at it, and of somebody else.
    const others = [join(service.dataDir, 'copies', 'x.89abcdef.part'), join(service.dataDir, 'mine.part')];
    for (const path of others) writeFileSync(path, 'whose?');
    utimesSync(others[0] ?? '', begun, new Date(Date.now() + 3600_000));
    utimesSync(others[1] ?? '', begun, begun);
    await service.restart();
    await expect.poll(() => half.filter((path) => existsSync(path))).toEqual([]);
    await expect.poll(() => parts.blobs.names(session.id, stream)).toEqual(kept);
    expect(others.filter((path) => !existsSync(path))).toEqual([]);
    // It goes on where it was.
    await deliver(service, stream, take.slice(2), token);
    const path = `/capture/session/${session.id}/stop`;
    await call(service, 'POST', path, token, stopOf(manifestOf('mic:default', take)));
    expect((await call(service, 'GET', `/capture/session/${session.id}`, token)).data).toMatchObject({
      status: 'stopped',
      videos: [{ fragments: take.length }],
    });
  },
);

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
