import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { SQLITE_FILE } from '../store/file.ts';
import {
  areAll,
  type Copy,
  copiesIn,
  DESTINATION,
  entriesOf,
  filesBelow,
  objectsOf,
  redundant,
  setDestination,
  untilCopies,
} from '../trial/copies.ts';
import { takeOf } from '../trial/media.ts';
import { type Recorded, recorded } from '../trial/recorded.ts';
import { call, deliver, manifestOf, started, stopOf } from '../trial/recorder.ts';
import { storeOf, type Trial } from '../trial/service.ts';

const HOUR_MS = 3600_000;

const backupOf = ({ dataDir }: Trial) => filesBelow(join(dataDir, 'copies'));
const sha256 = (bytes: Buffer | undefined) =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');

async function actionsOf(service: Trial, videoId: string): Promise<string[]> {
  const entries = await entriesOf(service);
  const stop = entries.findIndex(({ action }) => action === 'session.stop');
  return entries
    .slice(stop)
    .filter(({ object, action }) => object === videoId || action === 'session.stop')
    .map(({ action }) => action);
}

/** Stopped before its last fragment comes: the entry of the stop is there before there is anything to copy. */
async function stoppedFirst(service: Trial): Promise<Pick<Recorded, 'session'>> {
  const { session, token, streams } = await started(service, service.key, '+mic:default');
  const take = takeOf({ seconds: 1 });
  await deliver(service, streams[0] ?? '', take.slice(0, -1), token);
  const path = `/capture/session/${session.id}/stop`;
  const stop = stopOf(manifestOf('mic:default', take));
  expect(await call(service, 'POST', path, token, stop)).toMatchObject({ data: { status: 'stopping' } });
  await deliver(service, streams[0] ?? '', take.slice(-1), token);
  return { session: (await call(service, 'GET', `/capture/session/${session.id}`, token)).data };
}

test('[P59][P55] session over, credentials fetched, file put together, uploaded, confirmed, credentials gone, second copy gone: in this order', async () => {
  const { service, carrier } = await redundant();
  await setDestination(service, { keep_backup: false });
  const own = await stoppedFirst(service);
  const [video] = own.session.videos;
  await untilCopies(service, (copies) => areAll('sent')(copies) && copies.every(({ held }) => !held));
  expect(await actionsOf(service, video?.id ?? '')).toEqual([
    'session.stop',
    'copy.made',
    'credentials.fetched',
    'copy.put-together',
    'copy.sent',
    'credentials.purged',
    'copy.removed',
  ]);
  expect(carrier.arrivals).toEqual(objectsOf(own));
  expect(sha256(carrier.objects.get(objectsOf(own)[0] ?? ''))).toBe(video?.sha256);
  expect(backupOf(service)).toEqual([]);
  const [copy] = await copiesIn(service, '&state=sent');
  expect(copy?.sent_to).toBe(`s3 recordings/in/${objectsOf(own)[0]}`);
  // Ours stays where it was: it goes by retention or by a person, and by nothing else.
  const download = await fetch(`${service.url}/video/${video?.id}/download`, {
    headers: { 'x-access-token': service.key },
  });
  expect(sha256(Buffer.from(await download.arrayBuffer()))).toBe(video?.sha256);
  const sent = (await entriesOf(service)).find(({ action }) => action === 'copy.sent');
  expect(sent).toMatchObject({ actor: 'system', outcome: 'done', object: video?.id });
  expect(sent?.reason).toMatch(/^s3 recordings\/in\/default\/cap-\S+\.mp4 confirmed by checksum$/);
});

test('[P54] where it is not set otherwise the second copy stays after the recording arrived', async () => {
  const { service } = await redundant();
  await setDestination(service);
  await recorded(service, service.key, { endUserId: 'ada' });
  const [copy] = await untilCopies(service, areAll('sent'));
  expect(copy).toMatchObject({ held: true });
  expect(backupOf(service)).not.toEqual([]);
});

test.each(['destination-unreachable', 'destination-refused', 'destination-mismatch'] as const)(
  '[P55] a %s leaves the second copy where it is, listed with why, and is tried again until it arrives',
  async (code) => {
    const { service, carrier } = await redundant();
    await setDestination(service, { keep_backup: false });
    carrier.fault = (_, attempt) => (attempt <= 3 ? { code, detail: 'status 500' } : undefined);
    const own = await recorded(service, service.key, { endUserId: 'ada' });
    for (let attempt = 1; attempt <= 3; attempt++) {
      const [copy] = await untilCopies(service, ([one]) => one?.attempts === attempt);
      expect(copy).toMatchObject({ state: 'failing', held: true, last_error: `${code}: status 500` });
      expect(carrier.arrivals).toEqual([]);
      expect(backupOf(service)).not.toEqual([]);
      // Not before its time, which is ever longer.
      const waitSeconds = (copy?.next_attempt_at ?? 0) - service.clock.now / 1000;
      expect(waitSeconds).toBeGreaterThanOrEqual(5 * 2 ** (attempt - 1));
      expect(waitSeconds).toBeLessThanOrEqual(10 * 2 ** (attempt - 1));
      expect(carrier.attempts).toHaveLength(attempt);
      service.clock.now += 10_000 * 2 ** (attempt - 1);
    }
    await untilCopies(service, (copies) => areAll('sent')(copies) && copies.every(({ held }) => !held));
    expect(carrier.arrivals).toEqual(objectsOf(own));
    // When it began to fail and when it arrived: what comes in between is in no entry, which would stay for ever.
    const failed = (await entriesOf(service)).filter(({ action }) => action === 'copy.failed');
    expect(failed.map(({ outcome, reason }) => [outcome, reason])).toEqual([['failed', code]]);
    const actions = await actionsOf(service, own.session.videos[0]?.id ?? '');
    const attempt = ['credentials.fetched', 'copy.put-together'];
    expect(actions.slice(actions.indexOf('copy.failed'))).toEqual([
      ...['copy.failed', 'credentials.purged'],
      ...[...attempt, 'copy.sent', 'credentials.purged', 'copy.removed'],
    ]);
  },
);

test('[P57] a provider that fails in every way for twelve hours loses nothing: everything arrives, once, with the same hash', async () => {
  const { service, carrier } = await redundant();
  await setDestination(service, { keep_backup: false });
  const faults = [
    { code: 'destination-unreachable', detail: 'status 500' },
    { code: 'destination-unreachable', detail: 'timeout', afterBytes: 1 },
    { code: 'destination-unreachable', detail: 'ECONNREFUSED' },
    { code: 'destination-unreachable', detail: 'ECONNRESET', afterBytes: 3000 },
    { code: 'destination-refused', detail: 'status 403' },
    { code: 'destination-mismatch', detail: 'checksum' },
  ] as const;
  let isDown = true;
  carrier.fault = (_, attempt) => (isDown ? faults[attempt % faults.length] : undefined);
  const all: Recorded[] = [];
  for (let hour = 0; hour < 12; hour++) {
    if (hour % 4 === 0) {
      const channels = ['+mic:default', '+system_audio:default'];
      all.push(await recorded(service, service.key, { endUserId: `person-${hour}`, channels }));
    }
    const before = new Map((await copiesIn(service)).map((copy) => [copy.video_id, copy.attempts]));
    service.clock.now += HOUR_MS;
    await untilCopies(service, (copies) =>
      copies.every(({ video_id, attempts }) => attempts > (before.get(video_id) ?? 0)),
    );
    if (hour === 6) await service.restart();
    expect(carrier.arrivals).toEqual([]);
  }
  await untilCopies(service, (copies) => copies.length === 6 && areAll('failing')(copies));
  isDown = false;
  service.clock.now += HOUR_MS;
  await untilCopies(service, (copies) => areAll('sent')(copies) && copies.every(({ held }) => !held));
  expect([...carrier.arrivals].sort()).toEqual(all.flatMap(objectsOf).sort());
  for (const { session } of all)
    for (const video of session.videos)
      expect(sha256(carrier.objects.get(`default/${session.id}/${video.id}.mp4`))).toBe(video.sha256);
  expect(backupOf(service)).toEqual([]);
}, 60_000);

test('[P57] what a process had in hand when it was killed is sent by the next, once its claim is over', async () => {
  const { service, carrier } = await redundant();
  await setDestination(service, { keep_backup: false });
  carrier.fault = () => ({ code: 'destination-unreachable' });
  const own = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('failing'));
  await service.close();
  service.clock.now += HOUR_MS;
  // As a process leaves it that is killed in the middle of an upload.
  const store = await storeOf(service);
  const nowMs = service.clock.now;
  const wish = { states: ['sending'], nowMs, untilMs: nowMs + 60_000, limit: 1, except: [] } as const;
  const share = { ofOne: 1, claimed: new Map() };
  expect(await store.claimCopies({ ...wish, share })).toHaveLength(1);
  await store.close();
  carrier.fault = () => undefined;
  await service.restart();
  const [video] = own.session.videos;
  // While another may be at it nobody else begins, by hand neither.
  expect(await call(service, 'POST', `/copies/${video?.id}/send`, service.key)).toMatchObject({
    status: 409,
    error_code: 'not-now',
  });
  expect(carrier.arrivals).toEqual([]);
  service.clock.now += 60_000;
  await untilCopies(service, (copies) => areAll('sent')(copies) && copies.every(({ held }) => !held));
  expect(carrier.arrivals).toEqual(objectsOf(own));
});

test('[P56] without a destination the copy stays, is listed, and is sent by hand once there is one', async () => {
  const { service, carrier } = await redundant();
  const own = await recorded(service, service.key, { endUserId: 'ada' });
  const later = await recorded(service, service.key, { endUserId: 'bob' });
  await untilCopies(service, areAll('kept'));
  const [video] = own.session.videos;
  const send = (id = video?.id) => call<Copy>(service, 'POST', `/copies/${id}/send`, service.key);
  expect(await send()).toMatchObject({ status: 404, error_code: 'destination-unset' });
  await setDestination(service);
  // By hand means by hand: what was there before goes nowhere by itself.
  expect((await copiesIn(service, '&state=kept')).map(({ video_id }) => video_id).sort()).toEqual(
    [own, later].flatMap(({ session }) => session.videos.map(({ id }) => id)).sort(),
  );
  expect(await send()).toMatchObject({ status: 200, data: { video_id: video?.id } });
  await untilCopies(service, (copies) => copies.some(({ state }) => state === 'sent'));
  expect(carrier.arrivals).toEqual(objectsOf(own));
  expect((await copiesIn(service, '&state=kept')).map(({ video_id }) => video_id)).toEqual(
    later.session.videos.map(({ id }) => id),
  );
  // Again, if somebody wants it so: it is the same object.
  expect(await send()).toMatchObject({ status: 200 });
  await vi.waitFor(() => expect(carrier.arrivals).toHaveLength(2), 10_000);
  expect(carrier.objects.size).toBe(1);
  expect(await send('vid-nowhere')).toMatchObject({ status: 404, error_code: 'video-unknown' });
});

test('[P55] a destination that is removed while it fails leaves the copies here; another one gets them', async () => {
  const { service, carrier } = await redundant();
  await setDestination(service);
  carrier.fault = () => ({ code: 'destination-refused' });
  const own = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('failing'));
  expect(await call(service, 'DELETE', DESTINATION, service.key)).toMatchObject({ status: 200 });
  expect(await call(service, 'DELETE', DESTINATION, service.key)).toMatchObject({ status: 404 });
  service.clock.now += HOUR_MS;
  await untilCopies(service, areAll('kept'));
  await setDestination(service);
  await call(service, 'POST', `/copies/${own.session.videos[0]?.id}/send`, service.key);
  await untilCopies(service, areAll('failing'));
  carrier.fault = () => undefined;
  // What failed there is tried here at once, and not in an hour.
  const place = { kind: 's3', region: 'eu-central-1', bucket: 'other' };
  await setDestination(service, { place });
  const [copy] = await untilCopies(service, areAll('sent'));
  expect(copy?.sent_to).toBe(`s3 other/${objectsOf(own)[0]}`);
});

test('[P55] what cannot be read whole is not sent, and what is put back from the second copy is', async () => {
  const { service, carrier } = await redundant();
  await setDestination(service);
  carrier.fault = (_, attempt) => (attempt === 1 ? { code: 'destination-unreachable' } : undefined);
  const own = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('failing'));
  rmSync(join(service.dataDir, 'blobs', own.session.id), { recursive: true });
  service.clock.now += HOUR_MS;
  await untilCopies(service, areAll('sent'));
  expect(sha256(carrier.objects.get(objectsOf(own)[0] ?? ''))).toBe(own.session.videos[0]?.sha256);
  for (const folder of ['blobs', 'copies'])
    rmSync(join(service.dataDir, folder, own.session.id), { recursive: true });
  await call(service, 'POST', `/copies/${own.session.videos[0]?.id}/send`, service.key);
  const [copy] = await untilCopies(service, areAll('failing'));
  expect(copy?.last_error).toContain('vault-damaged');
  expect(carrier.arrivals).toHaveLength(1);
});

// The database is changed by hand here, which is the embedded one.
test.skipIf(process.env.TALLYLIGHT_TRIAL === 'outgrown')(
  '[P55] a recording whose fragments are not known any more is listed as damaged, with one entry, and not claimed for ever without a word',
  async () => {
    const { service, carrier } = await redundant();
    const own = await recorded(service, service.key, { endUserId: 'ada' });
    await untilCopies(service, areAll('kept'));
    await setDestination(service);
    const [video] = own.session.videos;
    const database = new DatabaseSync(join(service.dataDir, SQLITE_FILE));
    database.exec('delete from fragment');
    database.close();
    await call(service, 'POST', `/copies/${video?.id}/send`, service.key);
    for (const attempts of [1, 2]) {
      const [copy] = await untilCopies(service, ([one]) => one?.attempts === attempts);
      expect(copy).toMatchObject({ state: 'failing', last_error: expect.stringMatching(/^vault-damaged: /) });
      service.clock.now += HOUR_MS;
    }
    const failed = (await entriesOf(service)).filter(({ action }) => action === 'copy.failed');
    expect(failed.map(({ object, reason }) => [object, reason])).toEqual([[video?.id, 'vault-damaged']]);
    expect(carrier.attempts).toEqual([]);
  },
);
