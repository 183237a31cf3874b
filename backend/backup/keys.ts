import { rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import { writeDurably } from '../blobs/durable.ts';
import type { Parts } from '../parts.ts';
import { ENVIRONMENTS } from '../store/records.ts';
import { checkedText, ifThere, readChecked, writeChecked } from './checked-file.ts';
import { type BackupFolder, namesIn, unreachable } from './folder.ts';
import { claimApart } from './lock-process.ts';

/** A row as it lies in the database. */
export const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

const tombstone = z.object({
  /** Null: the whole session. */
  channel_id: z.string().nullable(),
  deleted_at: z.int(),
  jws: z.string(),
});

/**
 * What opens one session, in `keys/sessions/<id>.json`. No generation holds a key: a key that is destroyed on the service is
 * destroyed here, in the one place where it was, and the word of the deletion is left instead.
 */
export const sessionKeys = z.object({
  format: z.literal(1),
  tenant: z.string(),
  /** Wrapped by the master key; null: the session was deleted. */
  session: z.string().nullable(),
  streams: z.record(
    z.string(),
    z.object({
      /** Wrapped; null: sealed with the session's; empty: destroyed, or never kept. */
      key: z.string().nullable(),
      revoked_at: z.int().nullable(),
    }),
  ),
  tombstones: z.array(tombstone),
});
export type SessionKeys = z.infer<typeof sessionKeys>;

/** What else a restored service takes as it is now, and not as it was: `keys/people.json`. */
export const people = z.object({
  format: z.literal(1),
  /** Whom the audit log is linked with. */
  links: z.array(z.object({ tenantId: z.string(), subject: z.string(), environment: z.enum(ENVIRONMENTS) })),
  /** Rows of the tables that are there once, by table. */
  rows: z.record(z.string(), z.array(row)),
});
export type People = z.infer<typeof people>;

/** The secrets of the service, wrapped by the master key of this fingerprint: `keys/service.json`. */
export const serviceSecrets = z.object({
  format: z.literal(1),
  master: z.string(),
  secrets: z.record(z.string(), z.string()),
});

export const SERVICE_FILE = 'service.json';
export const PEOPLE_FILE = 'people.json';

export function keysOfSession(
  folder: BackupFolder,
  sessionId: string,
): Promise<SessionKeys | 'damaged' | undefined> {
  return readChecked(folder.keysPath('sessions', `${sessionId}.json`), sessionKeys);
}

/** Sessions of which the folder has keys, or word of their deletion. */
export async function sessionsWithKeys(folder: BackupFolder): Promise<string[]> {
  const names = await namesIn(folder.keysPath('sessions'));
  return names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
}

type Living = Pick<Parts, 'store'>;

/**
 * Makes the folder say of a session what the service says now: its keys as they are, or, once it is deleted, only that it
 * was, and then removes its blobs there. What the service knows nothing of is left as it is: it may have been restored to a
 * time before. `tenantId` of one that is to be added. To be called within `withKeyLock`.
 */
export async function settleSession(
  { store }: Living,
  folder: BackupFolder,
  sessionId: string,
  tenantId?: string,
): Promise<SessionKeys | undefined> {
  const path = folder.keysPath('sessions', `${sessionId}.json`);
  const before = await ifThere(path);
  if (before === undefined && tenantId === undefined) return undefined;
  const found = await readChecked(path, sessionKeys);
  const known = found === 'damaged' ? undefined : found;
  const now = await keysNow({ store }, sessionId, known?.tenant ?? tenantId);
  if (now === undefined) return known;
  const text = checkedText(now);
  if (text !== before) await writeDurably(path, Buffer.from(text));
  await removeDestroyed(folder, sessionId, now, known);
  return now;
}

async function keysNow(
  { store }: Living,
  id: string,
  tenantId: string | undefined,
): Promise<SessionKeys | undefined> {
  const session = await store.session(id);
  const tenant = session?.tenantId ?? tenantId;
  if (tenant === undefined) return undefined;
  const tombstones = (await store.tombstones(tenant, [id])).map(({ channelId, deletedAt, jws }) => ({
    ...{ channel_id: channelId, deleted_at: deletedAt, jws },
  }));
  const streams = session === undefined ? [] : await store.streamsOf([id]);
  if (session === undefined && !tombstones.some(({ channel_id }) => channel_id === null)) return undefined;
  return {
    format: 1,
    tenant,
    session: session?.wrappedKey ?? null,
    streams: Object.fromEntries(
      streams.map((stream) => [stream.id, { key: stream.wrappedKey, revoked_at: stream.revokedAt }]),
    ),
    tombstones,
  };
}

/** The key went first: what is left opens for nobody, and is only in the way. */
async function removeDestroyed(
  { blobs, path, sumsPath }: BackupFolder,
  sessionId: string,
  now: SessionKeys,
  before: SessionKeys | undefined,
): Promise<void> {
  if (now.session === null && before?.session !== null) {
    await blobs.removeSession(sessionId);
    await rm(`${path}/sums/${sessionId}`, { recursive: true, force: true });
  }
  for (const [streamId, { key }] of Object.entries(now.streams))
    if (key === '' && before?.streams[streamId]?.key !== '') {
      await blobs.removeStream(sessionId, streamId);
      await rm(sumsPath(sessionId, streamId), { force: true });
    }
}

/** Writes what is only ever there as it is now and belongs to no session. To be called within `withKeyLock`. */
export async function settlePeople({ store }: Living, folder: BackupFolder): Promise<void> {
  const now: People = { format: 1, links: await store.people(), rows: await store.rowsAsNow() };
  await writeChecked(folder.keysPath(PEOPLE_FILE), now);
}

const LOCK_PAUSE_MS = 20;
/** Each holds it for as long as it takes to write a file: who has it for longer was stopped, and might never go on. */
const LOCK_PATIENCE_MS = 10_000;
/** A file that is not written in so long is on a disk that hangs. */
const WORK_PATIENCE_MS = 20_000;

/**
 * Runs work that reads what the service says and writes it to `keys/`, one after the other over all processes: otherwise one
 * that read before a deletion could write after it. Error: `backup-unreachable`.
 */
export async function withKeyLock<T>(folder: BackupFolder, work: () => Promise<T>): Promise<Result<T>> {
  try {
    const release = await keyLock(folder);
    if (!release.ok) return release;
    // Nobody else comes in before it is over, also where nobody waits for it any more.
    return await inTime(folder, work().finally(release.value));
  } catch (error) {
    return unreachable(error);
  }
}

async function inTime<T>(folder: BackupFolder, work: Promise<T>): Promise<Result<T>> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const late = setTimeout(WORK_PATIENCE_MS, undefined, { signal }).then(
    () => fail('backup-unreachable', `${folder.path} does not answer`),
    () => fail('backup-unreachable'),
  );
  try {
    return await Promise.race([work.then(ok<T>), late]);
  } finally {
    waiting.abort();
  }
}

async function keyLock(folder: BackupFolder): Promise<Result<() => Promise<void>>> {
  const until = performance.now() + LOCK_PATIENCE_MS;
  while (performance.now() < until) {
    const claimed = await claimApart({ root: folder.path, path: folder.keysPath() });
    if (claimed.ok || claimed.error.code !== 'data-in-use') return claimed;
    await setTimeout(LOCK_PAUSE_MS);
  }
  return fail('backup-unreachable', 'another process holds its keys, and does not go on');
}
