import { ok, type Result } from '../../contract/result.ts';
import { makeChannelKeys, readChannelKeys } from './channel-keys.ts';
import { diskError } from './disk-error.ts';
import { eraseChannelFiles } from './erase.ts';
import type { RecordingFacts } from './facts.ts';
import { readFacts, writeFacts } from './facts-file.ts';
import { missing } from './manifest.ts';
import { readReceipts, receiptKey } from './receipts.ts';
import { type Recording, recordingIn } from './recording.ts';
import { noTakes, readTakes } from './stored-takes.ts';

export async function createRecording(
  dir: string,
  key: Uint8Array,
  facts: RecordingFacts,
): Promise<Result<Recording>> {
  const keys = await makeChannelKeys(dir, key, facts);
  if (!keys.ok) return keys;
  const written = await writeFacts(dir, key, facts);
  const receipts = { counts: new Map<string, number>(), damagedLine: undefined };
  return written.ok
    ? ok(recordingIn({ dir, key, keys: keys.value, facts, ...noTakes(), receipts }))
    : written;
}

/** Opens a recording made earlier and reads back its index. Errors: `vault-damaged` where its facts are. */
export async function reopenRecording(
  dir: string,
  key: Uint8Array,
  sessionId: string,
): Promise<Result<Recording>> {
  const facts = await readFacts(dir, key, sessionId);
  if (!facts.ok) return facts;
  const finished = await finishErasing(dir, facts.value);
  if (!finished.ok) return finished;
  const { keys, damages: lostKeys } = await readChannelKeys(dir, key, facts.value);
  const takes = await readTakes(dir, keys, facts.value);
  const wholeUntil = new Map(takes.wholeUntil);
  const found = [...lostKeys, ...takes.damages];
  const damages = [...found, ...missing(facts.value, takes.index, found, wholeUntil)];
  for (const { id, mode } of facts.value.channels)
    if (mode === 'keep' && !keys.has(id) && facts.value.erased?.includes(id) !== true) wholeUntil.set(id, 0);
  // Only these can be counted against what the service holds: behind a damage it is not known how many there were.
  const whole = new Map([...takes.index].map(([id, all]) => [id, all.slice(0, wholeUntil.get(id))]));
  const receipts = await readReceipts(dir, receiptKey(key, sessionId), whole);
  return ok(recordingIn({ dir, key, keys, facts: facts.value, ...takes, receipts, damages, wholeUntil }));
}

/** What a crash cut short after it was noted. */
async function finishErasing(dir: string, { erased = [] }: RecordingFacts): Promise<Result<void>> {
  try {
    for (const channelId of erased) await eraseChannelFiles(dir, channelId);
    return ok(undefined);
  } catch (error) {
    return { ok: false, error: diskError(error, 'erasing a channel') };
  }
}
