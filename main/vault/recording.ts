import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fragment } from '../../contract/fragment.ts';
import { errorOf, type Failed, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
import { eraseFolder } from './erase.ts';
import type { RecordingFacts } from './facts.ts';
import { readFacts, writeFacts } from './facts-file.ts';
import { noteReceipt, readReceipts } from './receipts.ts';
import {
  createTakeFile,
  readFragment,
  readTakeFile,
  type StoredFragment,
  type TakeFile,
} from './take-file.ts';

type Ended = Omit<NonNullable<RecordingFacts['ended']>, 'stored'>;

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
  /** Notes the end, with what is stored then, or the delivery. */
  readonly change: (change: {
    readonly ended?: Ended;
    readonly delivered?: boolean;
  }) => Promise<Result<void>>;
  /** The first part that cannot be read, found when it was opened; what comes before it in its take can be. */
  readonly damage: () => TallylightError | undefined;
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

/** Opens a recording made earlier and reads back its index. Errors: `vault-damaged` where its facts are. */
export async function reopenRecording(
  dir: string,
  key: Uint8Array,
  sessionId: string,
): Promise<Result<Recording>> {
  const facts = await readFacts(dir, key, sessionId);
  if (!facts.ok) return facts;
  const index = new Map<string, StoredFragment[]>();
  let damage: TallylightError | undefined;
  for (const name of (await readdir(dir)).sort()) {
    const [, prefix, take] = TAKE_NAME.exec(name) ?? [];
    const channel = facts.value.channels.find((candidate) => slug(candidate.id) === prefix);
    if (channel === undefined) continue;
    const read = await readTakeFile(join(dir, name), key, sessionId, channel.id, Number(take));
    damage ??= read.damage;
    index.set(channel.id, [...(index.get(channel.id) ?? []), ...read.fragments]);
  }
  damage ??= missing(facts.value, index);
  return ok(recordingIn(dir, key, facts.value, index, await readReceipts(dir, index), damage));
}

/** What was stored when the recording ended and is not there now. */
function missing({ ended }: RecordingFacts, index: ReadonlyMap<string, StoredFragment[]>) {
  for (const then of ended?.stored ?? []) {
    const now = manifestOf(then.channel_id, index.get(then.channel_id) ?? []);
    if (now.digest !== then.digest)
      return errorOf('vault-damaged', `${then.channel_id}: ${now.fragments} of ${then.fragments} fragments`);
  }
  return undefined;
}

function recordingIn(
  dir: string,
  key: Uint8Array,
  given: RecordingFacts,
  index: Map<string, StoredFragment[]>,
  receipts: Map<string, number>,
  damage?: TallylightError,
): Recording {
  let facts = given;
  const writing = new Map<string, { take: number; file: TakeFile }>();
  const queues = new Map<string, Promise<unknown>>();
  const broken = new Map<string, Failed>();

  async function fileFor(channelId: string, take: number): Promise<Result<TakeFile>> {
    const current = writing.get(channelId);
    if (current?.take === take) return ok(current.file);
    await current?.file.close();
    writing.delete(channelId);
    const made = await createTakeFile(join(dir, takeName(channelId, take)), key);
    if (made.ok) writing.set(channelId, { take, file: made.value });
    return made;
  }

  function listOf(channelId: string): StoredFragment[] {
    const list = index.get(channelId) ?? [];
    index.set(channelId, list);
    return list;
  }

  async function append(fragment: Fragment): Promise<Result<StoredFragment>> {
    const { channelId, take } = fragment.header;
    // After a fragment that could not be written its take is over: a hole in it could never be delivered or read.
    const lost = broken.get(takeName(channelId, take));
    if (lost !== undefined) return lost;
    const file = await fileFor(channelId, take);
    const stored = file.ok ? await file.value.append(fragment) : file;
    if (stored.ok) listOf(channelId).push(stored.value);
    else broken.set(takeName(channelId, take), stored);
    return stored;
  }

  async function close(): Promise<void> {
    await Promise.all(queues.values());
    for (const { file } of writing.values()) await file.close();
    writing.clear();
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
    noteReceipt: ({ header }) => {
      receipts.set(header.channelId, (receipts.get(header.channelId) ?? 0) + 1);
      return noteReceipt(dir, header);
    },
    rewindReceipts: (channelId, count) => {
      receipts.set(channelId, count);
    },
    manifestOf: (channelId) => manifestOf(channelId, index.get(channelId) ?? []),
    change: async ({ ended, delivered = facts.delivered }) => {
      const stored = facts.channels
        .filter(({ mode }) => mode === 'keep')
        .map(({ id }) => manifestOf(id, index.get(id) ?? []));
      const changed = {
        ...facts,
        delivered,
        ended: ended === undefined ? facts.ended : { ...ended, stored },
      };
      const written = await writeFacts(dir, key, changed);
      if (written.ok) facts = changed;
      return written;
    },
    damage: () => damage,
    filesOf: async (channelId) =>
      (await readdir(dir)).filter((name) => name.startsWith(`${slug(channelId)}.take-`)),
    close,
    erase: async () => {
      await close();
      return eraseFolder(dir);
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
