import { createHash, randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { checked } from './checked.ts';
import type { Confirmed, OrderHead } from './protocol.ts';
import type { ConfirmedBy, Store } from './store.ts';

export type File = NonNullable<OrderHead['file']>;

/** Puts a file and beside it what `sha256sum -c` takes. */
export async function carry(
  store: Store,
  file: File,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Confirmed> {
  const by = await store.put({ ...file, bytes: checked(bytes, file), signal });
  const line = `${file.sha256}  ${posix.basename(file.object)}\n`;
  await putSmall(store, `${file.object}.sha256`, Buffer.from(line), signal);
  return { by, object: file.object };
}

/** Whether the place takes, confirms and lets go of a small object. */
export async function tryOut(store: Store, signal: AbortSignal): Promise<Confirmed> {
  const object = `tallylight-probe-${randomBytes(8).toString('hex')}`;
  const by = await putSmall(store, object, randomBytes(64), signal);
  await store.remove(object, signal);
  return { by, object };
}

async function putSmall(
  store: Store,
  object: string,
  content: Buffer,
  signal: AbortSignal,
): Promise<ConfirmedBy> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const bytes = (async function* () {
    yield content;
  })();
  return store.put({ object, sizeBytes: content.length, sha256, bytes, signal });
}
