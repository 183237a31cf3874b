import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import { diskError } from './disk-error.ts';
import { replaceFile } from './durable.ts';
import type { RecordingFacts } from './facts.ts';
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

/**
 * The key that seals the media of each stored channel. A channel without one is of a recording of before, whose media
 * the recording's own key seals; of an erased channel it is gone, and nothing of it is opened any more.
 */
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

/** Error: `vault-damaged`, naming the channel. */
export async function readChannelKeys(
  dir: string,
  key: Uint8Array,
  { sessionId, channels }: RecordingFacts,
): Promise<Result<ChannelKeys>> {
  const keys = new Map<string, Uint8Array>();
  for (const { id } of channels) {
    const sealed = await readFile(join(dir, channelKeyFile(id))).catch(() => undefined);
    if (sealed === undefined) continue;
    const opened = unseal(key, sealed, place(sessionId, id));
    if (opened === undefined) return fail('vault-damaged', `key of ${id}`);
    keys.set(id, opened);
  }
  return ok(keys);
}

function place(sessionId: string, channelId: string): string {
  return `tallylight-vault/1|${sessionId}|${channelId}|key`;
}
