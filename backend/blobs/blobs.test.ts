import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startS3 } from '../trial/s3.ts';
import { must } from '../trial/service.ts';
import type { BlobOf, Blobs } from './blobs.ts';
import { blobsOnDisk } from './disk.ts';
import { blobsOnS3 } from './s3.ts';

type Opened = {
  readonly blobs: Blobs;
  /** Puts something there that is none of a session. */
  readonly foreign: (name: string) => Promise<void>;
  readonly stop: () => Promise<unknown>;
};

const KINDS: { readonly [name: string]: () => Promise<Opened> } = {
  async disk() {
    const root = await mkdtemp(join(tmpdir(), 'tallylight-blobs-'));
    const foreign = async (name: string) => {
      const path = join(root, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, 'of somebody else');
    };
    return { blobs: blobsOnDisk(root), foreign, stop: () => rm(root, { recursive: true }) };
  },
  async S3() {
    const server = await startS3();
    const blobs = blobsOnS3(server.place);
    const foreign = async (name: string) => void (await blobs.settle(name, 'of somebody else'));
    return { blobs, foreign, stop: () => server.stop().finally(blobs.close) };
  },
};

let sessions = 0;
const fresh = (): BlobOf => {
  sessions += 1;
  return { sessionId: `cap-${sessions}`, streamId: `rts-${sessions}`, take: 1, sequence: 2 };
};
const damaged = ({ streamId, take, sequence }: BlobOf) => ({
  ok: false,
  error: { code: 'vault-damaged', detail: `${streamId} ${take}/${sequence}` },
});

describe.each(Object.keys(KINDS))('blobs on %s', (kind) => {
  let opened: Opened | undefined;
  let blobs: Blobs;
  beforeAll(async () => {
    opened = await KINDS[kind]?.();
    if (opened === undefined) throw new Error('no such blobs');
    ({ blobs } = opened);
  });
  afterAll(() => opened?.stop());

  async function oneBlob(of = fresh()) {
    const key = randomBytes(32);
    const bytes = randomBytes(1000);
    return { of, key, bytes, name: must(await blobs.write(of, key, bytes)) };
  }

  test('a blob is read as it was written, an empty one too', async () => {
    const { of, key, bytes, name } = await oneBlob();
    expect(Buffer.from(must(await blobs.read(of, name, key)))).toEqual(bytes);
    const empty = must(await blobs.write(of, key, new Uint8Array()));
    expect(must(await blobs.read(of, empty, key))).toHaveLength(0);
  });

  test('[P30] a blob does not open with another key', async () => {
    const { of, name } = await oneBlob();
    expect(await blobs.read(of, name, randomBytes(32))).toMatchObject(damaged(of));
  });

  test('two blobs of one place are two, and each is what was written', async () => {
    const { of, key, bytes, name } = await oneBlob();
    const other = must(await blobs.write(of, key, randomBytes(10)));
    expect(other).not.toBe(name);
    await blobs.remove(of, other);
    expect(Buffer.from(must(await blobs.read(of, name, key)))).toEqual(bytes);
  });

  test('what is kept can be put back as it was, and only in its own place', async () => {
    const { of, key, bytes, name } = await oneBlob();
    const kept = await blobs.readSealed(of, name);
    if (kept === undefined) throw new Error('it was just written');
    expect(Buffer.from(kept).includes(bytes)).toBe(false);
    await blobs.remove(of, name);
    expect(await blobs.readSealed(of, name)).toBeUndefined();
    must(await blobs.writeSealed(of, name, kept));
    expect(Buffer.from(must(await blobs.read(of, name, key)))).toEqual(bytes);
    const elsewhere = { ...of, sequence: 3 };
    must(await blobs.writeSealed(elsewhere, name, kept));
    expect(await blobs.read(elsewhere, name, key)).toMatchObject(damaged(elsewhere));
  });

  test('a blob that is not there is damage, and no reason to fail when it is removed', async () => {
    const { of, key, name } = await oneBlob();
    expect(await blobs.names(of.sessionId, of.streamId)).toEqual([name]);
    await blobs.remove(of, name);
    await blobs.remove(of, name);
    await blobs.removeStream(of.sessionId, of.streamId);
    await blobs.removeSession(of.sessionId);
    expect(await blobs.names(of.sessionId, of.streamId)).toEqual([]);
    expect(await blobs.read(of, name, key)).toMatchObject(damaged(of));
    expect(await blobs.sessionIds()).not.toContain(of.sessionId);
  });

  test('a stream, a session is removed with all of its blobs and with no other', async () => {
    const one = await oneBlob();
    const { sessionId } = one.of;
    const second = await oneBlob({ ...one.of, streamId: `${one.of.streamId}0` });
    const other = await oneBlob({ ...fresh(), sessionId: `${sessionId}0` });
    await blobs.removeStream(sessionId, one.of.streamId);
    expect(await blobs.read(one.of, one.name, one.key)).toMatchObject(damaged(one.of));
    expect(await blobs.read(second.of, second.name, second.key)).toMatchObject({ ok: true });
    expect(await blobs.sessionIds()).toEqual(expect.arrayContaining([sessionId, `${sessionId}0`]));
    await blobs.removeSession(sessionId);
    expect(await blobs.read(second.of, second.name, second.key)).toMatchObject(damaged(second.of));
    expect(await blobs.read(other.of, other.name, other.key)).toMatchObject({ ok: true });
    expect(await blobs.sessionIds()).not.toContain(sessionId);
  });

  test('[P54] what is not named as a session is of somebody else, and no session of ours', async () => {
    const { of } = await oneBlob();
    const names = [
      'blobs/cap-1/a',
      'generations/2026/manifest',
      'cap-file',
      'cap-.old/a',
      'recap-1/a',
      'x y/a',
    ];
    for (const name of names) await opened?.foreign(name);
    const ids = await blobs.sessionIds();
    expect(ids).toContain(of.sessionId);
    expect(ids.filter((id) => !/^cap-\d+$/.test(id))).toEqual(kind === 'disk' ? ['cap-file'] : []);
  });
});
