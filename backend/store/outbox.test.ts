import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { CLAIM_MS, LONGEST_WAIT_MS } from '../lookout.ts';
import { startPostgres } from '../trial/postgres.ts';
import { aSession, fresh, MASTER } from '../trial/records.ts';
import { must } from '../trial/service.ts';
import { openStore } from './open.ts';
import type { Letter, SentLetter } from './records.ts';
import type { Store } from './store.ts';

const DAY_MS = 24 * 3600_000;
type Opened = { readonly open: () => Promise<Store>; readonly stop: () => Promise<void> };

const KINDS: { readonly [name: string]: () => Promise<Opened> } = {
  async SQLite() {
    const dataDir = await mkdtemp(join(tmpdir(), 'tallylight-outbox-'));
    return {
      open: async () => must(await openStore({ dataDir }, MASTER)).store,
      stop: () => rm(dataDir, { recursive: true }),
    };
  },
  async PostgreSQL() {
    const server = startPostgres();
    const config = { dataDir: '/nowhere', databaseUrl: server.url };
    return { open: async () => must(await openStore(config, MASTER)).store, stop: server.stop };
  },
};

function aLetter(more: Partial<Letter> = {}): Letter {
  return {
    id: fresh('evt-'),
    tenantId: 'default',
    environment: 'production',
    sessionId: fresh('cap-'),
    subject: null,
    event: 'capture_session.created',
    url: 'https://example.org/hook',
    body: '{"ü":1}',
    since: 1000,
    ...more,
  };
}

const idsOf = (letters: readonly SentLetter[]) => letters.map(({ id }) => id);

describe.each(Object.keys(KINDS))('the outbox on %s', (kind) => {
  let opened: Opened | undefined;
  let store: Store;
  let other: Store;
  beforeAll(async () => {
    opened = await KINDS[kind]?.();
    if (opened === undefined) throw new Error('no such store');
    store = await opened.open();
    other = await opened.open();
  }, 30_000);
  afterAll(async () => {
    await store?.close();
    await other?.close();
    await opened?.stop();
  });

  /** Takes everything that is due, so that a test sees its own letters only. */
  async function emptied() {
    for (;;) {
      const claimed = await store.claimLetters(1e12, 2e12, 100);
      if (claimed.length === 0) return;
      for (const letter of claimed) await store.settleLetter(letter, { state: 'delivered' });
    }
  }

  test('gives back a letter as it was put, and forgets one that was delivered', async () => {
    await emptied();
    const letter = aLetter();
    await store.addLetters([letter]);
    expect(await store.nextLetterAt()).toBe(1000);
    expect(await store.claimLetters(999, 5000, 10)).toEqual([]);
    const [claimed] = await store.claimLetters(1000, 5000, 10);
    expect(claimed).toEqual({ ...letter, nextAt: 5000, attempts: 0, lastError: '' });
    expect(await store.nextLetterAt()).toBe(5000);
    if (claimed !== undefined) await store.settleLetter(claimed, { state: 'delivered' });
    expect(await store.nextLetterAt()).toBeUndefined();
  });

  test('what a clock that was far ahead has put off is due as soon as the clock is right', async () => {
    await emptied();
    const letter = aLetter({ since: 1000 + 400 * DAY_MS });
    await store.addLetters([letter]);
    const [claimed] = await store.claimLetters(1000, 5000, 10);
    expect(claimed).toMatchObject({ id: letter.id, nextAt: 5000 });
    if (claimed === undefined) throw new Error('the line before has thrown');
    // No wait that is ever set is cut short.
    const nextAt = 1000 + LONGEST_WAIT_MS + CLAIM_MS;
    await store.settleLetter(claimed, { state: 'waiting', nextAt, attempts: 1, error: 'status 500' });
    expect(await store.claimLetters(1000, 5000, 10)).toEqual([]);
    expect(await store.claimLetters(999, 5000, 10)).toHaveLength(1);
  });

  test('of one lane only the first is due, of all lanes each first', async () => {
    await emptied();
    const sessionId = fresh('cap-');
    const lane = [aLetter({ sessionId }), aLetter({ sessionId }), aLetter({ sessionId })];
    const own = aLetter({ sessionId, url: null });
    for (const letter of lane) await store.addLetters([letter]);
    await store.addLetters([own]);
    const first = await store.claimLetters(1000, 5000, 10);
    expect(idsOf(first).sort()).toEqual([lane[0]?.id, own.id].sort());
    const [head] = first.filter(({ id }) => id === lane[0]?.id);
    if (head === undefined) throw new Error('the line before has thrown');
    const failed = { state: 'waiting', nextAt: 3000, attempts: 1, error: 'status 500' } as const;
    await store.settleLetter(head, failed);
    expect(await store.claimLetters(2999, 5000, 10)).toEqual([]);
    const [again] = await store.claimLetters(3000, 5000, 10);
    expect(again).toMatchObject({ id: head.id, attempts: 1, lastError: 'status 500' });
    if (again === undefined) throw new Error('the line before has thrown');
    await store.settleLetter(again, { ...failed, state: 'dead' });
    expect(idsOf(await store.claimLetters(3000, 5000, 10))).toEqual([lane[1]?.id]);
    expect(await store.deadLetters('default', 10)).toMatchObject([{ id: head.id, attempts: 2 }]);
    // Sent again, it comes after what waits.
    expect(await store.reviveLetter(head.id, 4000)).toBe(true);
    expect(await store.reviveLetter(head.id, 4000)).toBe(false);
    await emptied();
    expect(await store.deadLetters('default', 10)).toEqual([]);
  });

  test('two processes never take the same letter', async () => {
    await emptied();
    const letters = Array.from({ length: 40 }, () => aLetter());
    await store.addLetters(letters);
    const claims = await Promise.all(
      [store, other, store, other].map((each) => each.claimLetters(1000, 5000, 40)),
    );
    const taken = claims.flatMap(idsOf);
    expect(taken.toSorted()).toEqual(letters.map(({ id }) => id).toSorted());
  });

  test('who comes too late with an outcome changes nothing', async () => {
    await emptied();
    await store.addLetters([aLetter()]);
    const [slow] = await store.claimLetters(1000, 2000, 10);
    const [next] = await other.claimLetters(2000, 9000, 10);
    if (slow === undefined || next === undefined) throw new Error('both had it');
    expect(next.id).toBe(slow.id);
    await store.settleLetter(slow, { state: 'dead', nextAt: 2000, attempts: 1, error: 'x' });
    expect(await store.deadLetters('default', 10)).toEqual([]);
    expect(await store.nextLetterAt()).toBe(9000);
    await emptied();
  });

  test('a change and what tells of it are there together, or neither is', async () => {
    await emptied();
    const taken = aLetter();
    await store.addLetters([taken]);
    const session = aSession();
    // A letter of that id is there: the second write of the transaction fails.
    await expect(store.addSession(session, [taken])).rejects.toThrow();
    expect(await store.session(session.id)).toBeUndefined();
    await store.addSession(session, [aLetter({ sessionId: session.id })]);
    await expect(store.moveSession(session.id, ['created'], 'failed', [taken])).rejects.toThrow();
    expect((await store.session(session.id))?.status).toBe('created');
    // Nothing changed, nothing is told.
    expect(await store.moveSession(session.id, ['active'], 'paused', [aLetter()])).toBe(false);
    const of = { tenantId: 'default', collectionId: 'default' };
    const { version: _, ...policy } = DEFAULT_POLICY;
    await expect(store.setPolicy(of, policy, 'x', 1, () => [taken])).rejects.toThrow();
    expect(await store.policy(of)).toBeUndefined();
    expect(await store.claimLetters(1000, 5000, 10)).toHaveLength(2);
    await emptied();
  });

  test('deleting a session forgets its dead letters and tells the rest', async () => {
    await emptied();
    const session = aSession();
    const { id: sessionId } = session;
    await store.addSession(session, [aLetter({ sessionId })]);
    const [claimed] = await store.claimLetters(1000, 5000, 10);
    if (claimed === undefined) throw new Error('it is due');
    await store.settleLetter(claimed, { state: 'dead', nextAt: 1000, attempts: 1, error: 'x' });
    const last = aLetter({ sessionId, event: 'capture_session.deleted' });
    const tombstone = { sessionId, tenantId: 'default', channelId: null, deletedAt: 1, jws: 'x' };
    expect(await store.deleteSession(sessionId, tombstone, [last])).toBe(true);
    expect(await store.deadLetters('default', 10)).toEqual([]);
    expect(idsOf(await store.claimLetters(1000, 5000, 10))).toEqual([last.id]);
  });

  test('changes to a webhook made side by side are both made', async () => {
    const tenantId = fresh('ten-');
    const add = (each: Store) =>
      each.changeWebhook(tenantId, (before) => ({
        url: 'https://example.org/',
        secrets: [...(before?.secrets ?? []), { secret: 'whsec_x', createdAt: 1, until: null }],
      }));
    await Promise.all([add(store), add(other), add(store), add(other)]);
    expect((await store.webhook(tenantId))?.secrets).toHaveLength(4);
  });
});

test('neither address nor body nor secret can be read in the file of the database', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallylight-outbox-'));
  try {
    const { store } = must(await openStore({ dataDir }, MASTER));
    const hush = randomBytes(12).toString('hex');
    await store.addLetters([aLetter({ url: `https://${hush}.example/`, body: `{"${hush}":1}` })]);
    await store.changeWebhook('default', () => ({
      url: `https://${hush}.example/`,
      secrets: [{ secret: `whsec_${hush}`, createdAt: 1, until: null }],
    }));
    await store.scrub();
    await store.close();
    expect((await readFile(join(dataDir, 'tallylight.sqlite'))).includes(hush)).toBe(false);
  } finally {
    await rm(dataDir, { recursive: true });
  }
});
