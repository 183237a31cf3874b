import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import { diskError } from './disk-error.ts';
import { nextOf, replaceFile } from './durable.ts';
import { type RecordingFacts, recordingFacts } from './facts.ts';
import { FORMAT } from './format.ts';
import { seal, unseal } from './seal.ts';

const FACTS_FILE = 'recording.sealed';
export const NEXT_FACTS_FILE = nextOf(FACTS_FILE);

function place(sessionId: string): string {
  return `${FORMAT}|${sessionId}|facts`;
}

/** Error: `vault-damaged`. */
export async function readFacts(
  dir: string,
  key: Uint8Array,
  sessionId: string,
): Promise<Result<RecordingFacts>> {
  const sealed = await readFile(join(dir, FACTS_FILE)).catch(() => undefined);
  const plain = sealed === undefined ? undefined : unseal(key, sealed, place(sessionId));
  const facts = recordingFacts.safeParse(plain === undefined ? undefined : JSON.parse(plain.toString()));
  return facts.success ? ok(facts.data) : fail('vault-damaged', `facts of ${sessionId}`);
}

/** Another one whenever they were replaced; empty where there are none. */
export async function factsStamp(dir: string): Promise<string> {
  const found = await stat(join(dir, FACTS_FILE), { bigint: true }).catch(() => undefined);
  return found === undefined ? '' : `${found.ino} ${found.mtimeNs} ${found.size}`;
}

/** Replaces the facts in one step: either the old or the new ones are there, whatever happens. */
export async function writeFacts(dir: string, key: Uint8Array, facts: RecordingFacts): Promise<Result<void>> {
  try {
    const sealed = seal(key, Buffer.from(JSON.stringify(facts)), place(facts.sessionId));
    await replaceFile(join(dir, FACTS_FILE), sealed);
    return ok(undefined);
  } catch (error) {
    return { ok: false, error: diskError(error, 'recording facts') };
  }
}
