import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../../contract/result.ts';
import type { Damage } from './damage.ts';
import { diskError } from './disk-error.ts';
import { replaceFile } from './durable.ts';
import type { RecordingFacts } from './facts.ts';
import { FORMAT } from './format.ts';
import { seal, unseal } from './seal.ts';

/** Files of a channel begin with this; `:` is not allowed in file names on Windows. */
export function slug(channelId: string): string {
  return channelId.replace(':', '@');
}

/** Holds the key of one stored channel, sealed with the recording's own. */
export function channelKeyFile(channelId: string): string {
  return `${slug(channelId)}.key.sealed`;
}
export const CHANNEL_KEY = /^.+\.key\.sealed(\.next)?$/;

/** The key that seals the media of each stored channel. Of an erased channel it is gone, and nothing of it opens any more. */
export type ChannelKeys = ReadonlyMap<string, Uint8Array>;

/** A fresh key for each stored channel, so that one channel can be destroyed alone. Errors: those of the disk. */
export async function makeChannelKeys(
  dir: string,
  key: Uint8Array,
  { sessionId, channels }: RecordingFacts,
): Promise<Result<ChannelKeys>> {
  const keys = new Map<string, Uint8Array>();
  for (const { id, mode } of channels) {
    if (mode !== 'keep') continue;
    const made = randomBytes(32);
    try {
      await replaceFile(join(dir, channelKeyFile(id)), seal(key, made, place(sessionId, id)));
    } catch (error) {
      return { ok: false, error: diskError(error, `key of ${id}`) };
    }
    keys.set(id, made);
  }
  return ok(keys);
}

/** Those of the stored channels that were not erased; `damages` names those that do not open. */
export async function readChannelKeys(
  dir: string,
  key: Uint8Array,
  { sessionId, channels, erased = [] }: RecordingFacts,
): Promise<{ readonly keys: ChannelKeys; readonly damages: readonly Damage[] }> {
  const keys = new Map<string, Uint8Array>();
  const damages: Damage[] = [];
  for (const { id, mode } of channels) {
    if (mode !== 'keep' || erased.includes(id)) continue;
    const sealed = await readFile(join(dir, channelKeyFile(id))).catch(() => undefined);
    const opened = sealed === undefined ? undefined : unseal(key, sealed, place(sessionId, id));
    if (opened === undefined) damages.push({ channelId: id, what: 'key', lost: 0, detail: `key of ${id}` });
    else keys.set(id, opened);
  }
  return { keys, damages };
}

function place(sessionId: string, channelId: string): string {
  return `${FORMAT}|${sessionId}|${channelId}|key`;
}
