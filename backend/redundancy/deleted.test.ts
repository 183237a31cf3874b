import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  areAll,
  entriesOf,
  filesBelow,
  objectsOf,
  redundant,
  setDestination,
  untilCopies,
} from '../trial/copies.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';

const HOUR_MS = 3600_000;

test.each(['first', 'whole'] as const)(
  '[P41][P54] what is deleted while it is sent is not sent afterwards, and does not become whole elsewhere unless it was: then the log says where (%s bytes)',
  async (reached) => {
    const { service, carrier } = await redundant();
    await setDestination(service);
    const deleted = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    carrier.gate = (at) => {
      if (at !== reached) return Promise.resolve();
      begun.resolve();
      return deleted.promise;
    };
    const own = await recorded(service, service.key, { endUserId: 'ada' });
    await begun.promise;
    expect(await call(service, 'DELETE', '/user/ada/data', service.key)).toMatchObject({ status: 200 });
    deleted.resolve();
    const other = await recorded(service, service.key, { endUserId: 'bob' });
    await untilCopies(service, areAll('sent'));
    service.clock.now += HOUR_MS;
    await service.restart();
    await untilCopies(service, areAll('sent'));
    const [mine, theirs] = [objectsOf(own)[0], objectsOf(other)[0]];
    expect(carrier.arrivals).toEqual(reached === 'whole' ? [mine, theirs] : [theirs]);
    const left = (await entriesOf(service)).filter(({ action }) => action === 'copy.left');
    expect(left.map(({ object, reason }) => [object, reason])).toEqual(
      reached === 'whole' ? [[own.session.videos[0]?.id, `s3 recordings/in/${mine}`]] : [],
    );
    expect(
      filesBelow(join(service.dataDir, 'copies')).every((path) => path.startsWith(other.session.id)),
    ).toBe(true);
  },
);

const LEAVING: { readonly [how: string]: (session: string, video: string) => [string, string] } = {
  'a recording': (_, video) => ['DELETE', `/video/${video}`],
  'a session': (session) => ['DELETE', `/collection/default/capture/session/${session}`],
  'a person': () => ['DELETE', '/user/ada/data'],
  'consent taken back': (session) => ['POST', `/capture/session/${session}/consent/revoke`],
};

test.each(Object.keys(LEAVING))(
  '[P41] deleting %s says what lies elsewhere still, in the log without whose it was',
  async (how) => {
    const { service } = await redundant();
    await setDestination(service);
    const channels = ['+mic:default', '+system_audio:default'];
    const own = await recorded(service, service.key, { endUserId: 'ada', channels });
    await untilCopies(service, areAll('sent'));
    const [first, second] = own.session.videos.map(({ id }) => id);
    const [method, path] = LEAVING[how]?.(own.session.id, first ?? '') ?? ['', ''];
    const isRevoked = method === 'POST';
    const body = isRevoked ? { channel_id: 'mic:default', erase: true, at_ms: 1 } : undefined;
    const key = isRevoked ? own.token : service.key;
    const answer = await call<{ copies_left?: object[] }>(service, method, path, key, body);
    expect(answer).toMatchObject({ status: 200 });
    const isOne = how === 'a recording' || isRevoked;
    const left = (isOne ? [first] : [first, second]).map((id) => ({
      video_id: id,
      at: `s3 recordings/in/default/${own.session.id}/${id}.mp4`,
    }));
    if (!isRevoked && how !== 'a person') expect(answer.data.copies_left).toEqual(left);
    const entries = (await entriesOf(service)).filter(({ action }) => action === 'copy.left');
    expect(entries.map(({ object, reason }) => ({ video_id: object, at: reason }))).toEqual(
      expect.arrayContaining(left),
    );
    expect(entries).toHaveLength(left.length);
    expect(JSON.stringify(entries)).not.toContain('ada');
  },
);
