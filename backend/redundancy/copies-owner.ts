import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../../contract/result.ts';
import { settingRefused } from '../../contract/setting.ts';
import { newId } from '../access/secret.ts';
import { blobsOnDisk } from '../blobs/disk.ts';
import { makeDirectory, writeDurably, writeFirst } from '../blobs/durable.ts';
import { OWNER_FILE } from '../blobs/owner-file.ts';
import { COPIES_FACT, serviceIdOf } from '../store/service-id.ts';
import type { Store } from '../store/store.ts';

/** Where the second copies of a service are. */
export function copiesDirOf(config: { readonly dataDir: string; readonly copiesDir?: string }): string {
  return config.copiesDir ?? join(config.dataDir, 'copies');
}

type Facts = Pick<Store, 'fact' | 'settleFact' | 'changeFact'>;

/**
 * Claims the folder for the second copies of this database, where it is empty, or its owner file is. False: it is another one than
 * before, most likely because its disk is not mounted. Error: `usage` where it is the one of another service.
 */
export async function claimCopies(root: string, store: Facts): Promise<Result<boolean>> {
  const service = await serviceIdOf(store);
  const path = join(root, OWNER_FILE);
  const owner = await textOf(path);
  if (owner !== undefined && owner !== '' && !owner.startsWith(`${service} `))
    return settingRefused(
      'TALLYLIGHT_COPIES_DIR',
      `${root} holds the second copies of another service (${OWNER_FILE} in it says so); it takes a folder of its own`,
    );
  if (owner !== undefined && owner !== '') return ok(owner === (await store.settleFact(COPIES_FACT, owner)));
  const mine = `${service} ${newId('cop-')}`;
  if (owner === '') {
    // An admin's word that this is the folder from now on.
    await writeDurably(path, Buffer.from(mine));
    await store.changeFact(COPIES_FACT, mine);
    return ok(true);
  }
  const isNew = (await store.fact(COPIES_FACT)) === undefined;
  if (!isNew || (await blobsOnDisk(root).sessionIds()).length > 0) return ok(false);
  await makeDirectory(root, '');
  await writeFirst(path, Buffer.from(await store.settleFact(COPIES_FACT, mine)));
  return ok(await isCopiesFolder(root, store));
}

/** Whether it is there and the one of this database. */
export async function isCopiesFolder(root: string, store: Pick<Store, 'fact'>): Promise<boolean> {
  const owner = await textOf(join(root, OWNER_FILE));
  return owner !== undefined && owner !== '' && owner === (await store.fact(COPIES_FACT));
}

/** What an owner file says; undefined: there is none that can be read. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return undefined;
  }
}

/** Whether copies lie there that are of another service, or of nobody knows whom. */
export async function isOfOthers(root: string): Promise<boolean> {
  const owner = await textOf(join(root, OWNER_FILE));
  return owner === undefined ? (await blobsOnDisk(root).sessionIds()).length > 0 : owner !== '';
}

/** Says that whoever starts next with this folder may have it. */
export async function giveAway(root: string): Promise<void> {
  await writeDurably(join(root, OWNER_FILE), new Uint8Array());
}
