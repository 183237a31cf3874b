import { type FileHandle, open } from 'node:fs/promises';
import { type FragmentHeader, INIT_SEQUENCE } from '../../contract/fragment.ts';
import { type Damage, damagedFragments } from './damage.ts';
import { type FoundRecord, recordFinder } from './find-record.ts';
import type { Link } from './record.ts';
import type { StoredFragment } from './take-file.ts';

/** What a take file holds, but for what is damaged. */
export type ReadTake = {
  readonly fragments: readonly StoredFragment[];
  /** All that is wrong, in order. */
  readonly damages: readonly Damage[];
  /** How many fragments come before the first damage; undefined where there is none. */
  readonly wholeUntil: number | undefined;
  /** What the next record of the channel is chained to; undefined where damage stands before it. */
  readonly link: Link | undefined;
  /** Where the last whole record ends, in bytes from the beginning; undefined where anything is damaged. */
  readonly wholeBytes: number | undefined;
};

/**
 * The whole records of a take file, in order, read one at a time. A torn last record (the process died while writing)
 * is left out. What else does not open, or does not follow `before` and then each other, is damage, and what follows it is read
 * on: what of it is held to be in its place says docs/vault-format.md. `before`: undefined where it is not known, for what
 * stands before it is damaged.
 */
export async function readTakeFile(
  path: string,
  key: Uint8Array,
  sessionId: string,
  channelId: string,
  take: number,
  before: Link | undefined,
): Promise<ReadTake> {
  const reading = readingOf({ channelId, take }, before);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    const finder = recordFinder(file, size, key, { sessionId, channelId, take });
    for (;;) {
      const found = await finder.next(reading.end(), reading.next());
      if (found === undefined) break;
      reading.take(found);
    }
    reading.lose(await finder.count(reading.end()));
  } catch {
    // The disk itself does not give it back.
    reading.lose(1);
  } finally {
    await file?.close();
  }
  return reading.done();
}

/** Tells what is in its place from what is not, record by record. */
function readingOf(
  { channelId, take }: Pick<FragmentHeader, 'channelId' | 'take'>,
  before: Link | undefined,
) {
  const fragments: StoredFragment[] = [];
  const damages: Damage[] = [];
  let wholeUntil: number | undefined;
  let link = before;
  let next = INIT_SEQUENCE;
  let end = 0;

  function note(damage: Damage): void {
    wholeUntil ??= fragments.length;
    damages.push(damage);
  }

  /** The link to what does not open is not known; where nothing is missing, it is that of the last one that opened. */
  function isChained({ at, header, before: said }: FoundRecord): boolean {
    const isKnown = at === end || header.sequence === next;
    return !isKnown || link === undefined || said.equals(link);
  }

  return {
    next: () => next,
    end: () => end,
    take: (found: FoundRecord): void => {
      const { header, at, start, length } = found;
      const { sequence } = header;
      if (sequence > next)
        note(damagedFragments('unreadable', { channelId, take, sequence: next }, sequence - 1));
      else if (at > end) note(damagedFragments('foreign', header, sequence, 0));
      const isWhole = isChained(found);
      // Nothing but its own file can hold the first one: what is wrong is only what stood before it, and its take needs it.
      const isKept = isWhole || sequence === INIT_SEQUENCE;
      if (!isWhole) note(damagedFragments('unchained', header, sequence, isKept ? 0 : 1));
      if (isKept) fragments.push({ header, offset: start, length });
      link = found.link;
      next = sequence + 1;
      end = start + length;
    },
    /** So many more that do not open, up to the end of the file. */
    lose: (count: number): void => {
      if (count === 0) return;
      note(damagedFragments('unreadable', { channelId, take, sequence: next }, next + count - 1));
      link = undefined;
    },
    done: (): ReadTake => {
      const isWhole = damages.length === 0;
      const [first, last] = [fragments[0], fragments.at(-1)];
      if (first !== undefined && last !== undefined && first.header.sequence !== INIT_SEQUENCE) {
        note(damagedFragments('undecodable', first.header, last.header.sequence, fragments.length));
        fragments.length = 0;
      }
      return { fragments, damages, wholeUntil, link, wholeBytes: isWhole ? end : undefined };
    },
  };
}
