import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Fragment } from '../../contract/fragment.ts';
import { type Failed, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
import { type ChannelKeys, slug } from './channel-keys.ts';
import { type Damage, firstOf } from './damage.ts';
import { keepReceipt } from './delivery-receipt.ts';
import { diskError } from './disk-error.ts';
import { eraseChannelFiles, eraseFolder } from './erase.ts';
import type { CutChannel, RecordingFacts } from './facts.ts';
import { writeFacts } from './facts-file.ts';
import { manifestOf } from './manifest.ts';
import { faultOf, keepReceipts, noteReceipt, type ReadReceipts, receiptKey } from './receipts.ts';
import { type StoredTakes, takeName } from './stored-takes.ts';
import { createTakeFile, cutTornEnd, readFragment, type StoredFragment, type TakeFile } from './take-file.ts';

export type Ended = Omit<NonNullable<RecordingFacts['ended']>, 'stored'>;

type Change = Partial<
  Pick<RecordingFacts, 'delivered' | 'receipt' | 'localCopy' | 'revoked' | 'erased' | 'cut'>
> & {
  readonly ended?: Ended;
};

/** One recording in the vault: the stored channels of one session, sealed with keys of its own. */
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
  /** Counts and digest of a stored channel, or of its first `count` fragments, as the service must hold it. */
  readonly manifestOf: (channelId: string, count?: number) => ManifestChannel;
  /** Notes the end, with what is stored then, the delivery, or what became of consent and policy. */
  readonly change: (change: Omit<Change, 'cut'>) => Promise<Result<void>>;
  /** Notes that the service takes no more of one stored channel. Errors: those of the disk. */
  readonly noteCut: (cut: CutChannel) => Promise<Result<void>>;
  /** What was cut as it could not be read, and can be again, is to be sent after all. Errors: those of the disk. */
  readonly forgetMendedCuts: () => Promise<Result<void>>;
  /**
   * Destroys the key of one stored channel, then its files: nothing of it is held or taken any more. Answers how many files
   * there were. Errors: those of the disk.
   */
  readonly eraseChannel: (channelId: string) => Promise<Result<number>>;
  /** How many fragments of a channel come before its first part that cannot be read; undefined where all can. */
  readonly wholeUntil: (channelId: string) => number | undefined;
  /** Number of the last take of a channel that there is a file of, 0 where there is none: what goes on begins after it. */
  readonly lastTake: (channelId: string) => number;
  /** All that cannot be read, or is not in its place, found when it was opened; all else can be read. */
  readonly damages: () => readonly Damage[];
  /** The first of it. */
  readonly damage: () => TallylightError | undefined;
  /** What names the first receipt that is not as it was written, or that is not there though everything was delivered. */
  readonly damagedReceipt: () => string | undefined;
  /** Media files of one channel on this disk. */
  readonly filesOf: (channelId: string) => Promise<string[]>;
  readonly close: () => Promise<void>;
  /** Keeps the service's signed receipt, where there is one, beside the recordings. Errors: those of the disk. */
  readonly keepReceipt: () => Promise<Result<void>>;
  /** Destroys the recording's key, then the files: nothing of it is held any more; answers how many files there were. */
  readonly erase: () => Promise<number>;
};

/** What a recording is made of when it is opened. */
export type Known = StoredTakes & {
  readonly dir: string;
  /** Seals the facts. */
  readonly key: Uint8Array;
  readonly keys: ChannelKeys;
  readonly facts: RecordingFacts;
  readonly receipts: ReadReceipts;
};

export function recordingIn({
  dir,
  key,
  keys,
  facts: given,
  index,
  links,
  lasts,
  receipts: read,
  damages,
  wholeUntil,
}: Known): Recording {
  const receipts = read.counts;
  const vouching = receiptKey(key, given.sessionId);
  let facts = given;
  const writing = new Map<string, { take: number; file: TakeFile }>();
  const queues = new Map<string, Promise<unknown>>();
  const broken = new Map<string, Failed>();
  const gone = new Set(given.erased);
  /** Channels that go on after what an earlier run stored of them. */
  const goesOn = new Set<string>();
  let changing: Promise<unknown> = Promise.resolve();

  async function fileFor(channelId: string, take: number): Promise<Result<TakeFile>> {
    const current = writing.get(channelId);
    if (current?.take === take) return ok(current.file);
    await current?.file.close();
    writing.delete(channelId);
    const channelKey = keys.get(channelId);
    if (channelKey === undefined) return fail('vault-damaged', `key of ${channelId}`);
    const cut = await cutTornLast(channelId);
    if (!cut.ok) return cut;
    const made = await createTakeFile(join(dir, takeName(channelId, take)), channelKey, links.get(channelId));
    if (made.ok) writing.set(channelId, { take, file: made.value });
    return made;
  }

  /** A recording goes on after its last whole record. */
  async function cutTornLast(channelId: string): Promise<Result<void>> {
    const last = lasts.get(channelId);
    if (last === undefined || goesOn.has(channelId)) return ok(undefined);
    if (last.wholeBytes === undefined) return fail('vault-damaged', channelId);
    const cut = await cutTornEnd(join(dir, takeName(channelId, last.take)), last.wholeBytes);
    if (cut.ok) goesOn.add(channelId);
    return cut;
  }

  function listOf(channelId: string): StoredFragment[] {
    const list = index.get(channelId) ?? [];
    index.set(channelId, list);
    return list;
  }

  async function append(fragment: Fragment): Promise<Result<StoredFragment>> {
    const { channelId, take } = fragment.header;
    if (gone.has(channelId)) return fail('consent-revoked', channelId);
    // After a fragment that could not be written its take is over: a hole in it could never be delivered or read.
    const lost = broken.get(takeName(channelId, take));
    if (lost !== undefined) return lost;
    const file = await fileFor(channelId, take);
    const stored = file.ok ? await file.value.append(fragment) : file;
    if (stored.ok) listOf(channelId).push(stored.value);
    if (stored.ok && file.ok) links.set(channelId, file.value.link());
    else if (!stored.ok) broken.set(takeName(channelId, take), stored);
    return stored;
  }

  async function change({ ended, ...changes }: Change): Promise<Result<void>> {
    const whole = changes.delivered === true ? await wholeReceipts() : ok({});
    if (!whole.ok) return whole;
    const stored = facts.channels
      .filter(({ mode }) => mode === 'keep')
      .map(({ id }) => manifestOf(id, index.get(id) ?? []));
    const changed = {
      ...facts,
      ...changes,
      ...whole.value,
      ended: ended === undefined ? facts.ended : { ...ended, stored },
    };
    const written = await writeFacts(dir, key, changed);
    if (written.ok) facts = changed;
    return written;
  }

  /** From the delivery on it is known which receipts there are: none of them can be lost unseen. */
  async function wholeReceipts(): Promise<Result<Pick<RecordingFacts, 'receipted'>>> {
    const held = [...receipts].map(([channelId, count]) => listOf(channelId).slice(0, count));
    const kept = await keepReceipts(
      dir,
      vouching,
      held.flat().map(({ header }) => header),
    );
    return kept.ok ? ok({ receipted: Object.fromEntries(receipts) }) : kept;
  }

  async function eraseChannel(channelId: string): Promise<Result<number>> {
    gone.add(channelId);
    // Noted first: what cuts this short is finished when the recording is opened again.
    const noted = await changeNext(() => ({ erased: [...gone] }));
    await queues.get(channelId);
    await writing.get(channelId)?.file.close();
    writing.delete(channelId);
    index.delete(channelId);
    receipts.delete(channelId);
    try {
      const files = await eraseChannelFiles(dir, channelId);
      // A disk that was full has room now.
      const again = noted.ok ? noted : await changeNext(() => ({ erased: [...gone] }));
      return again.ok ? ok(files) : again;
    } catch (error) {
      return { ok: false, error: diskError(error, `erasing ${channelId}`) };
    }
  }

  /** One change after the other: each is of the whole file, and knows what the one before it made. */
  function changeNext(wanted: () => Change): Promise<Result<void>> {
    const next = changing.then(() => change(wanted()));
    changing = next;
    return next;
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
    read: (stored) => {
      const { channelId, take } = stored.header;
      const channelKey = keys.get(channelId);
      return channelKey === undefined
        ? Promise.resolve(fail('vault-damaged', `key of ${channelId}`))
        : readFragment(join(dir, takeName(channelId, take)), channelKey, stored);
    },
    receipted: (channelId) => receipts.get(channelId) ?? 0,
    noteReceipt: ({ header }) => {
      receipts.set(header.channelId, (receipts.get(header.channelId) ?? 0) + 1);
      return noteReceipt(dir, vouching, header);
    },
    rewindReceipts: (channelId, count) => {
      receipts.set(channelId, count);
    },
    manifestOf: (channelId, count) => manifestOf(channelId, (index.get(channelId) ?? []).slice(0, count)),
    change: (wanted) => changeNext(() => wanted),
    noteCut: (cut) => {
      const others = () => (facts.cut ?? []).filter(({ channelId }) => channelId !== cut.channelId);
      return changeNext(() => ({ cut: [...others(), cut] }));
    },
    forgetMendedCuts: async () => {
      const stays = (cut: CutChannel) =>
        cut.code !== 'vault-damaged' || wholeUntil.has(cut.channelId) || facts.delivered;
      const cut = facts.cut ?? [];
      return cut.every(stays) ? ok(undefined) : changeNext(() => ({ cut: cut.filter(stays) }));
    },
    eraseChannel,
    lastTake: (channelId) => writing.get(channelId)?.take ?? lasts.get(channelId)?.take ?? 0,
    damages: () => damages,
    damage: () => firstOf(damages),
    wholeUntil: (channelId) => wholeUntil.get(channelId),
    damagedReceipt: () => faultOf(read, index, facts.receipted),
    filesOf: async (channelId) =>
      (await readdir(dir)).filter((name) => name.startsWith(`${slug(channelId)}.take-`)),
    close,
    keepReceipt: async () =>
      facts.receipt === undefined ? ok(undefined) : keepReceipt(dirname(dir), facts.sessionId, facts.receipt),
    erase: async () => {
      await close();
      const files = await eraseFolder(dir);
      index.clear();
      return files;
    },
  };
}
