import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeOf } from '../trial/media.ts';
import { partsOf } from '../trial/parts.ts';
import { deliver, started } from '../trial/recorder.ts';
import { must, trial } from '../trial/service.ts';
import { makeVideos } from './make.ts';

test('[P61] a byte that is changed anywhere in what is held of a channel is found, and the fragment is named', async () => {
  const service = await trial();
  const { session, streams, token } = await started(service, service.key, '+mic:default');
  const [id = ''] = streams;
  for (const take of [1, 2]) await deliver(service, id, takeOf({ take, seconds: 0.1 }), token);
  const parts = await partsOf(service);
  const [record, stream] = [await parts.store.session(session.id), await parts.store.stream(id)];
  if (record === undefined || stream === undefined) throw new Error('both were made');
  const fragments = await parts.store.fragmentsOf(id);
  /** As at the end of the session, at a download and for an archive: each reads every fragment. */
  const read = () => makeVideos(parts, record, stream, fragments);
  must(await read());

  const folder = join(service.dataDir, 'blobs', session.id, id);
  const names = await readdir(folder);
  expect(names.sort()).toEqual(fragments.map(({ blob }) => blob).sort());
  for (const { blob, take, sequence } of fragments) {
    const path = join(folder, blob);
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, changed);
      expect({ at, ...(await read()) }).toMatchObject({
        ...{ at, ok: false, error: { code: 'vault-damaged', detail: `${id} ${take}/${sequence}` } },
      });
    }
    await writeFile(path, bytes);
  }
  must(await read());
}, 120_000);
