import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../host.ts';
import { CHANNEL_KEY } from './channel-keys.ts';
import { keptReceipt, keptReceipts, removeReceipt } from './delivery-receipt.ts';
import { diskError, isMissing } from './disk-error.ts';
import { syncFolder } from './durable.ts';
import { eraseFolder, finishErasing, KEY_FILE, type Swept } from './erase.ts';
import type { RecordingFacts } from './facts.ts';
import { NEXT_FACTS_FILE, readFacts } from './facts-file.ts';
import { FORMAT } from './format.ts';
import { createRecording, reopenRecording } from './open-recording.ts';
import type { Recording } from './recording.ts';

/** Encrypted recordings of one data folder: `vault/<session id>/`, each with its own key. */
export type Vault = {
  readonly create: (facts: RecordingFacts) => Promise<Result<Recording>>;
  readonly open: (sessionId: string) => Promise<Result<Recording>>;
  /** Only what is known of a recording, without reading its media. */
  readonly facts: (sessionId: string) => Promise<Result<RecordingFacts>>;
  /** When a file of a recording was last written to, Unix time in milliseconds; reads none. Errors: those of the disk. */
  readonly lastWritten: (sessionId: string) => Promise<Result<number>>;
  /** The service's signed receipt for a recording that was purged. Errors: `recording-unknown`, those of the disk. */
  readonly receipt: (sessionId: string) => Promise<Result<Buffer>>;
  /** Session ids of such receipts. */
  readonly receipts: () => Promise<string[]>;
  /**
   * Destroys a recording without reading any of it, also where its key does not open here, and the receipt that is left of
   * it or would be; answers how many files there were.
   */
  readonly erase: (sessionId: string) => Promise<Result<number>>;
  /** Finishes erasing what a crash left half erased; answers of which recordings, as nobody has noted their deletion. */
  readonly sweep: () => Promise<Swept>;
  /** Session ids of the recordings held here. */
  readonly list: () => Promise<string[]>;
};

const KINDS: ReadonlySet<string> = new Set<SecretStore['kind']>(['keychain', 'key-file']);

export function vaultIn(dataDir: string, secrets: SecretStore): Vault {
  const root = join(dataDir, 'vault');

  async function keyOf(sessionId: string): Promise<Result<Uint8Array>> {
    if (!isSessionId(sessionId)) return fail('recording-unknown', sessionId);
    const dir = join(root, sessionId);
    const kept = await readFile(join(dir, KEY_FILE)).catch(() => undefined);
    if (kept === undefined)
      return (await isThere(dir))
        ? fail('vault-damaged', `key of ${sessionId}`)
        : fail('recording-unknown', sessionId);
    const end = kept.indexOf('\n');
    const [format, kind] = kept.subarray(0, end).toString().split(' ');
    if (format !== FORMAT) return fail('vault-version', sessionId);
    if (kind === secrets.kind) return secrets.unwrap(kept.subarray(end + 1));
    return KINDS.has(kind ?? '')
      ? fail('key-elsewhere', `${sessionId}: ${kind}`)
      : fail('vault-damaged', `key of ${sessionId}`);
  }

  return {
    create: async (facts) => {
      const dir = join(root, facts.sessionId);
      const key = randomBytes(32);
      const wrapped = await secrets.wrap(key);
      if (!wrapped.ok) return wrapped;
      try {
        await mkdir(root, { recursive: true, mode: 0o700 });
        await removeUnfinished(dir);
        await mkdir(dir, { mode: 0o700 });
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
          return fail('not-now', `a recording of ${facts.sessionId} is kept here already`);
        return { ok: false, error: diskError(error, 'new recording') };
      }
      const kept = await keepKey(
        dir,
        Buffer.concat([Buffer.from(`${FORMAT} ${secrets.kind}\n`), wrapped.value]),
      );
      const created = kept.ok ? await createRecording(dir, key, facts) : kept;
      if (!created.ok) await rm(dir, { recursive: true, force: true });
      return created;
    },
    open: async (sessionId) => {
      const key = await keyOf(sessionId);
      return key.ok ? reopenRecording(join(root, sessionId), key.value, sessionId) : key;
    },
    facts: async (sessionId) => {
      const key = await keyOf(sessionId);
      return key.ok ? readFacts(join(root, sessionId), key.value, sessionId) : key;
    },
    lastWritten: (sessionId) => lastWritten(join(root, sessionId)),
    receipt: async (sessionId) =>
      isSessionId(sessionId) ? keptReceipt(root, sessionId) : fail('recording-unknown', sessionId),
    receipts: () => keptReceipts(root),
    erase: async (sessionId) => {
      if (!isSessionId(sessionId)) return fail('recording-unknown', sessionId);
      try {
        // First: cut short after it, the recording is there still, and is erased when that is asked for again.
        const receipts = (await removeReceipt(root, sessionId)) ? 1 : 0;
        const files = await eraseFolder(join(root, sessionId)).catch((error: unknown) => {
          if (isMissing(error)) return undefined;
          throw error;
        });
        if (files === undefined && receipts === 0) return fail('recording-unknown', sessionId);
        return ok(receipts + (files ?? 0));
      } catch (error) {
        return { ok: false, error: diskError(error, `erasing ${sessionId}`) };
      }
    },
    sweep: () => finishErasing(root),
    list: async () => {
      const names = await readdir(root).catch(() => []);
      return names.filter((name) => name.startsWith('cap-')).sort();
    },
  };
}

/** Whether there is anything of a recording; one whose key is gone is a damaged one. */
function isThere(dir: string): Promise<boolean> {
  return readdir(dir).then(
    () => true,
    (error: unknown) => !isMissing(error),
  );
}

async function lastWritten(dir: string): Promise<Result<number>> {
  try {
    const found = await Promise.all((await readdir(dir)).map((name) => stat(join(dir, name))));
    return ok(Math.max(0, ...found.map(({ mtimeMs }) => mtimeMs)));
  } catch (error) {
    return { ok: false, error: diskError(error, `looking at ${basename(dir)}`) };
  }
}

/** A session id comes from outside: it must not name a place beside the vault, nor be longer than a name on a disk may be. */
function isSessionId(text: string): boolean {
  return /^cap-[A-Za-z0-9_-]{1,64}$/.test(text);
}

/** What a crash left of a recording that never began, so that the session can be recorded after all. */
async function removeUnfinished(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => undefined);
  if (names?.every((name) => name === KEY_FILE || name === NEXT_FACTS_FILE || CHANNEL_KEY.test(name)))
    await rm(dir, { recursive: true });
}

async function keepKey(dir: string, wrapped: Uint8Array): Promise<Result<void>> {
  try {
    const file = await open(join(dir, KEY_FILE), 'wx', 0o600);
    try {
      await file.writeFile(wrapped);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(dir);
    await syncFolder(join(dir, '..'));
    return ok(undefined);
  } catch (error) {
    return { ok: false, error: diskError(error, 'key of a new recording') };
  }
}
