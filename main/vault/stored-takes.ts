import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChannelKeys, slug } from './channel-keys.ts';
import type { Damage } from './damage.ts';
import type { RecordingFacts } from './facts.ts';
import { readTakeFile } from './read-take.ts';
import { FIRST_LINK, type Link } from './record.ts';
import type { StoredFragment } from './take-file.ts';

/** Where a channel ends on this disk. */
export type LastTake = {
  readonly take: number;
  /** Of its file; undefined where anything of it is damaged. */
  readonly wholeBytes: number | undefined;
};

/** What the take files of a recording hold. */
export type StoredTakes = {
  readonly index: Map<string, StoredFragment[]>;
  /** What the next record of each channel is chained to; undefined where damage stands before it. */
  readonly links: Map<string, Link | undefined>;
  readonly lasts: Map<string, LastTake>;
  /** All that cannot be read, or is not in its place, in the order of the files. */
  readonly damages: readonly Damage[];
  /** Of the channels that have such a part: how many fragments come before it. */
  readonly wholeUntil: ReadonlyMap<string, number>;
};

const TAKE_NAME = /^(.+)\.take-(\d+)\.sealed$/;

export function takeName(channelId: string, take: number): string {
  return `${slug(channelId)}.take-${String(take).padStart(5, '0')}.sealed`;
}

export function noTakes(): StoredTakes {
  return { index: new Map(), links: new Map(), lasts: new Map(), damages: [], wholeUntil: new Map() };
}

/** Reads every record of the channels whose keys are known, in order. */
export async function readTakes(
  dir: string,
  keys: ChannelKeys,
  { sessionId, channels }: RecordingFacts,
): Promise<StoredTakes> {
  const { index, links, lasts } = noTakes();
  const damages: Damage[] = [];
  const wholeUntil = new Map<string, number>();
  for (const name of (await readdir(dir)).sort()) {
    const [, prefix, number] = TAKE_NAME.exec(name) ?? [];
    const id = channels.find((candidate) => slug(candidate.id) === prefix)?.id;
    const key = id === undefined ? undefined : keys.get(id);
    if (id === undefined || key === undefined) continue;
    const take = Number(number);
    const before = links.has(id) ? links.get(id) : FIRST_LINK;
    const read = await readTakeFile(join(dir, name), key, sessionId, id, take, before);
    links.set(id, read.link);
    lasts.set(id, { take, wholeBytes: read.wholeBytes });
    damages.push(...read.damages);
    const earlier = index.get(id) ?? [];
    index.set(id, [...earlier, ...read.fragments]);
    if (read.wholeUntil !== undefined && !wholeUntil.has(id))
      wholeUntil.set(id, earlier.length + read.wholeUntil);
  }
  return { index, links, lasts, damages, wholeUntil };
}
