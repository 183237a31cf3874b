import { randomBytes } from 'node:crypto';
import { readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, must } from '../trial/service.ts';
import { blobsOnDisk } from './disk.ts';

const of = { sessionId: 'cap-00000001', streamId: 'rts-1', take: 1, sequence: 2 };
const damaged = { ok: false, error: { code: 'vault-damaged', detail: 'rts-1 1/2' } };

async function oneBlob() {
  const root = await folder();
  const blobs = blobsOnDisk(root);
  const key = randomBytes(32);
  const bytes = randomBytes(1000);
  const name = must(await blobs.write(of, key, bytes));
  return { root, blobs, key, bytes, name };
}

test('a blob is read as it was written, and only its owner may read the file', async () => {
  const { root, blobs, key, bytes, name } = await oneBlob();
  expect(must(await blobs.read(of, name, key))).toEqual(bytes);
  const directory = join(root, of.sessionId, of.streamId);
  expect(readdirSync(directory)).toEqual([name]);
  expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});

test('[P61] a blob does not open in the place of another', async () => {
  const { root, blobs, key, name } = await oneBlob();
  for (const moved of [{ take: 2 }, { sequence: 3 }, { streamId: 'rts-2' }]) {
    const elsewhere = { ...of, ...moved };
    const other = must(await blobs.write(elsewhere, key, randomBytes(10)));
    const pathOf = (place: typeof of, file: string) => join(root, place.sessionId, place.streamId, file);
    renameSync(pathOf(elsewhere, other), pathOf(of, name));
    expect(await blobs.read(of, name, key)).toMatchObject(damaged);
  }
});

test('two blobs of the same content and place differ in every file', async () => {
  const { root, blobs, key, bytes, name } = await oneBlob();
  expect(must(await blobs.write(of, key, bytes))).not.toBe(name);
  expect(readdirSync(join(root, of.sessionId, of.streamId))).toHaveLength(2);
});
