import { createHash } from 'node:crypto';
import { appendFile, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Fragment } from '../../contract/fragment.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
import { diskError } from './disk-error.ts';
import { type RecordingFacts, recordingFacts } from './facts.ts';
import { seal, unseal } from './seal.ts';
import {
  createTakeFile,
  readFragment,
  readTakeFile,
  type StoredFragment,
  type TakeFile,
} from './take-file.ts';

const FACTS_FILE = 'recording.sealed';
const RECEIPTS_FILE = 'receipts.jsonl';
const receiptLine = z.object({ channelId: z.string(), take: z.int(), sequence: z.int() });

/** One recording in the vault: the stored channels of one session, sealed with a key of its own. */
export type Recording = {
  readonly facts: () => RecordingFacts;
  /** Seals and fsyncs one fragment; calls for one channel are carried out in their order. */
  readonly append: (fragment: Fragment) => Promise<Result<StoredFragment>>;
  /** Stored fragments of a channel in order of take and sequence. */
  readonly fragments: (channelId: string) => readonly StoredFragment[];
  readonly read: (stored: StoredFragment) => Promise<Result<Fragment>>;
  /** How many fragments of a channel the service has given a receipt for; they are a prefix. */
  readonly receipted: (channelId: string) => number;
  readonly noteReceipt: (stored: StoredFragment) => Promise<void>;
  /** The service holds only the first `count` fragments after all: what follows is offered again. */
  readonly rewindReceipts: (channelId: string, count: number) => void;
  /** Counts and digest of a stored channel, as the service must hold it. */
  readonly manifestOf: (channelId: string) => ManifestChannel;
  readonly change: (change: Partial<Pick<RecordingFacts, 'ended' | 'delivered'>>) => Promise<Result<void>>;
  /** Media files of one channel on this disk. */
  readonly filesOf: (channelId: string) => Promise<string[]>;
  readonly close: () => Promise<void>;
  /** Destroys the key, then the files; answers how many files there were. */
  readonly erase: () => Promise<number>;
};

/** Files of a channel begin with this; `:` is not allowed in file names on Windows. */
function slug(channelId: string): string {
  return channelId.replace(':', '@');
}
function takeName(channelId: string, take: number): string {
  return `${slug(channelId)}.take-${String(take).padStart(5, '0')}.sealed`;
}
const TAKE_NAME = /^(.+)\.take-(\d+)\.sealed$/;

export async function createRecording(
  dir: string,
  key: Uint8Array,
  facts: RecordingFacts,
): Promise<Result<Recording>> {
  const written = await writeFacts(dir, key, facts);
  return written.ok ? ok(recordingIn(dir, key, facts, new Map(), new Map())) : written;
}

/** Opens a recording made earlier and reads back its index. Errors: `vault-damaged`, naming what is. */
export async function reopenRecording(
  dir: string,
  key: Uint8Array,
  sessionId: string,
): Promise<Result<Recording>> {
  const sealed = await readFile(join(dir, FACTS_FILE)).catch(() => undefined);
  const plain = sealed === undefined ? undefined : unseal(key, sealed, factsPlace(sessionId));
  const facts = recordingFacts.safeParse(plain === undefined ? undefined : JSON.parse(plain.toString()));
  if (!facts.success) return fail('vault-damaged', `facts of ${sessionId}`);
  const index = new Map<string, StoredFragment[]>();
  for (const name of (await readdir(dir)).sort()) {
    const [, prefix, take] = TAKE_NAME.exec(name) ?? [];
    const channel = facts.data.channels.find((candidate) => slug(candidate.id) === prefix);
    if (channel === undefined) continue;
    const read = await readTakeFile(join(dir, name), key, sessionId, channel.id, Number(take));
    if (!read.ok) return read;
    index.set(channel.id, [...(index.get(channel.id) ?? []), ...read.value]);
  }
  return ok(recordingIn(dir, key, facts.data, index, await readReceipts(dir, index)));
}

function recordingIn(
  dir: string,
  key: Uint8Array,
  given: RecordingFacts,
  index: Map<string, StoredFragment[]>,
  receipts: Map<string, number>,
): Recording {
  let facts = given;
  const open = new Map<string, { take: number; file: TakeFile }>();
  const queues = new Map<string, Promise<unknown>>();

  async function fileFor(channelId: string, take: number): Promise<Result<TakeFile>> {
    const current = open.get(channelId);
    if (current?.take === take) return ok(current.file);
    await current?.file.close();
    open.delete(channelId);
    const made = await createTakeFile(join(dir, takeName(channelId, take)), key);
    if (made.ok) open.set(channelId, { take, file: made.value });
    return made;
  }

  function listOf(channelId: string): StoredFragment[] {
    const list = index.get(channelId) ?? [];
    index.set(channelId, list);
    return list;
  }

  async function append(fragment: Fragment): Promise<Result<StoredFragment>> {
    const { channelId, take } = fragment.header;
    const file = await fileFor(channelId, take);
    if (!file.ok) return file;
    const stored = await file.value.append(fragment);
    if (stored.ok) listOf(channelId).push(stored.value);
    return stored;
  }

  async function close(): Promise<void> {
    await Promise.all(queues.values());
    for (const { file } of open.values()) await file.close();
    open.clear();
  }

  return {
    facts: () => facts,
    append: (fragment) => {
      const { channelId } = fragment.header;
      const next = (queues.get(channelId) ?? Promise.resolve()).then(() => append(fragment));
      queues.set(channelId, next);
      return next;
    },
    fragments: (channelId) => index.get(channelId) ?? [],
    read: (stored) =>
      readFragment(join(dir, takeName(stored.header.channelId, stored.header.take)), key, stored),
    receipted: (channelId) => receipts.get(channelId) ?? 0,
    noteReceipt: async ({ header: { channelId, take, sequence } }) => {
      receipts.set(channelId, (receipts.get(channelId) ?? 0) + 1);
      // Not fsynced: a receipt that is lost only makes the fragment be offered again, which changes nothing.
      await appendFile(join(dir, RECEIPTS_FILE), `${JSON.stringify({ channelId, take, sequence })}\n`, {
        mode: 0o600,
      });
    },
    rewindReceipts: (channelId, count) => {
      receipts.set(channelId, count);
    },
    manifestOf: (channelId) => manifestOf(channelId, index.get(channelId) ?? []),
    change: async (change) => {
      facts = { ...facts, ...change };
      return writeFacts(dir, key, facts);
    },
    filesOf: async (channelId) =>
      (await readdir(dir)).filter((name) => name.startsWith(`${slug(channelId)}.take-`)),
    close,
    erase: async () => {
      await close();
      const names = await readdir(dir);
      await rm(join(dir, 'key.wrapped'), { force: true });
      await rm(dir, { recursive: true, force: true });
      return names.length;
    },
  };
}

function manifestOf(channelId: string, stored: readonly StoredFragment[]): ManifestChannel {
  const digest = createHash('sha256');
  for (const { header } of stored) digest.update(Buffer.from(header.sha256, 'hex'));
  return {
    channel_id: channelId,
    takes: new Set(stored.map(({ header }) => header.take)).size,
    fragments: stored.length,
    bytes: stored.reduce((sum, { header }) => sum + header.bytes, 0),
    digest: digest.digest('hex'),
    dropped: 0,
  };
}

function factsPlace(sessionId: string): string {
  return `tallylight-vault/1|${sessionId}|facts`;
}

/** Replaces the facts in one step: either the old or the new ones are there, whatever happens. */
async function writeFacts(dir: string, key: Uint8Array, facts: RecordingFacts): Promise<Result<void>> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const next = join(dir, `${FACTS_FILE}.next`);
    const file = await open(next, 'w', 0o600);
    try {
      await file.writeFile(seal(key, Buffer.from(JSON.stringify(facts)), factsPlace(facts.sessionId)));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, join(dir, FACTS_FILE));
    return ok(undefined);
  } catch (error) {
    return { ok: false, error: diskError(error, 'recording facts') };
  }
}

/** Counts receipts per channel; a line that was torn by a crash ends the list. */
async function readReceipts(
  dir: string,
  index: ReadonlyMap<string, StoredFragment[]>,
): Promise<Map<string, number>> {
  const text = await readFile(join(dir, RECEIPTS_FILE), 'utf8').catch(() => '');
  const seen = new Set<string>();
  for (const line of text.split('\n').filter((line) => line.endsWith('}'))) {
    const receipt = receiptLine.parse(JSON.parse(line));
    seen.add(`${receipt.channelId}|${receipt.take}|${receipt.sequence}`);
  }
  const counts = new Map<string, number>();
  for (const [channelId, stored] of index) {
    const missing = stored.findIndex(({ header: h }) => !seen.has(`${channelId}|${h.take}|${h.sequence}`));
    counts.set(channelId, missing === -1 ? stored.length : missing);
  }
  return counts;
}
