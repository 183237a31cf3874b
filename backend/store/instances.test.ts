import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { aSession, aStream, aTombstone, fresh } from '../trial/records.ts';
import { type OpenedKind, STORES } from '../trial/stores.ts';
import type { Store } from './store.ts';

describe.each(Object.keys(STORES))('what instances know together, on %s', (kind) => {
  let opened: OpenedKind | undefined;
  let store: Store;
  beforeAll(async () => {
    opened = await STORES[kind]?.();
    if (opened === undefined) throw new Error('no such store');
    store = await opened.open();
  }, 30_000);
  afterAll(async () => {
    await store?.close();
    await opened?.stop();
  });

  async function aStarted() {
    const session = aSession();
    const stream = aStream(session.id, { store: false });
    await store.addSession(session);
    const begun = { policy: DEFAULT_POLICY, consentSha256: null, consentJws: null, startedAt: 1 };
    await store.startSession({ sessionId: session.id, ...begun, streams: [stream] });
    return { session, stream };
  }

  test('[P09] a proof is new once, whoever asks at the same moment', async () => {
    const mark = fresh('mark');
    const answers = await Promise.all([1, 2, 3].map(() => store.noteProof(mark, 100)));
    expect(answers.sort()).toEqual([false, false, true]);
    await store.forgetExpired(100, 0);
    expect(await store.noteProof(mark, 100)).toBe(false);
    await store.forgetExpired(101, 0);
    expect(await store.noteProof(mark, 100)).toBe(true);
  });

  test('a ticket is taken once, and forgotten when its time is over', async () => {
    const ticket = { sha256: fresh('sha'), sealed: 'x', expiresAtMs: 50 };
    await store.addTicket(ticket);
    const taken = await Promise.all([store.takeTicket(ticket.sha256), store.takeTicket(ticket.sha256)]);
    expect(taken.filter((each) => each !== undefined)).toEqual([ticket]);
    await store.addTicket(ticket);
    await store.forgetExpired(50, 0);
    expect(await store.takeTicket(ticket.sha256)).toBeUndefined();
  });

  test('sign-ins that failed are counted until they are forgiven or old', async () => {
    const [one, two] = [fresh('mark'), fresh('mark')];
    expect(await store.failedSignIns([one, two])).toEqual([]);
    expect(await store.failedSignIns([])).toEqual([]);
    await store.noteFailedSignIn({ mark: one, count: 1, lastMs: 10 });
    await store.noteFailedSignIn({ mark: one, count: 2, lastMs: 20 });
    expect(await store.failedSignIns([one, two])).toEqual([{ mark: one, count: 2, lastMs: 20 }]);
    await store.forgiveSignIn(one);
    expect(await store.failedSignIns([one])).toEqual([]);
    await store.noteFailedSignIn({ mark: two, count: 1, lastMs: 10 });
    await store.forgetExpired(0, 11);
    expect(await store.failedSignIns([two])).toEqual([]);
  });

  test('[P10] of what is live only the last place is known, until its stream ends', async () => {
    const { session, stream } = await aStarted();
    const last = { take: 1, sequence: 3, bytes: 10, receivedAt: 5, mark: 'm' };
    expect(await store.passedOn(stream.id)).toBeUndefined();
    await store.notePassedOn(stream.id, { ...last, sequence: 2 });
    await store.notePassedOn(stream.id, last);
    expect(await store.passedOn(stream.id)).toEqual(last);
    await store.forgetPassedOn([stream.id]);
    expect(await store.passedOn(stream.id)).toBeUndefined();
    await store.notePassedOn(stream.id, last);
    await store.deleteSession(session.id, aTombstone(session.id));
    expect(await store.passedOn(stream.id)).toBeUndefined();
  });

  test('a stream has ended with its session, with the consent to it, and when nobody knows it', async () => {
    const [one, two] = [await aStarted(), await aStarted()];
    const ids = [one.stream.id, two.stream.id, 'rts-unknown'];
    expect(await store.endedStreams(ids)).toEqual(['rts-unknown']);
    await store.revokeStream(one.stream.id, 5, null);
    expect(await store.endedStreams(ids)).toEqual([one.stream.id, 'rts-unknown']);
    await store.moveSession(two.session.id, ['starting'], 'stopping');
    expect(await store.endedStreams(ids)).toEqual(ids);
    expect(await store.endedStreams([])).toEqual([]);
  });

  // By the clock of the database, which only PostgreSQL has.
  if (kind === 'PostgreSQL')
    test('who serves and listens is known until it is silent', async () => {
      const one = { id: fresh('ins'), url: 'http://a', holder: 'nobody' };
      const two = { id: fresh('ins'), url: 'http://b', holder: 'nobody' };
      await expect(store.addListening('stream 1', one.id)).rejects.toThrow();
      for (const each of [one, two, one]) await store.noteInstance(each);
      await store.addListening('stream 1', two.id);
      await store.addListening('stream 1', two.id);
      const reached = { id: two.id, url: two.url };
      expect(await store.listeners('stream 1', one.id)).toEqual([reached]);
      expect(await store.listeners('stream 2', one.id)).toEqual([]);
      expect(await store.listeners('stream 1', two.id)).toEqual([]);
      expect(await store.listeners(null, one.id)).toEqual([reached]);
      expect(await store.listeningOf(two.id)).toEqual(['stream 1']);
      expect(await store.forgetSilentInstances(60_000)).toEqual([]);
      // By the clock of the database, all that was noted before this moment.
      expect((await store.forgetSilentInstances(-1)).sort()).toEqual([one.id, two.id].sort());
      expect(await store.listeningOf(two.id)).toEqual([]);
      await store.noteInstance(one);
      await store.forgetInstance(one.id);
      expect(await store.listeners(null, two.id)).toEqual([]);
    });
});
