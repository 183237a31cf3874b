import { ok, type Result } from '../contract/result.ts';
import type { Master } from './secrets/master.ts';
import { finishRotation, type MasterSource, nextMaster, readMaster } from './secrets/master.ts';
import { openStore, type StoreConfig } from './store/open.ts';
import type { OpenedStore } from './store/prepared.ts';

export type Opened = OpenedStore & { readonly master: Master };

/**
 * Opens the store with the master key of its folder or environment. Where a rotation of the key was cut short, with the one
 * that the store says it is. Errors as those of both.
 */
export async function openData(config: StoreConfig, source: MasterSource): Promise<Result<Opened>> {
  const master = await readMaster(config.dataDir, source);
  if (!master.ok) return master;
  const opened = await openStore(config, master.value);
  if (opened.ok) return ok({ ...opened.value, master: master.value });
  const next = await nextMaster(config.dataDir, source);
  if (next === undefined) return opened;
  const again = await openStore(config, next);
  return again.ok ? ok({ ...again.value, master: next }) : opened;
}

/** The same for whoever has claimed the folder: the files of a rotation that was cut short are put in order, too. */
export async function openClaimed(config: StoreConfig, source: MasterSource): Promise<Result<Opened>> {
  const opened = await openData(config, source);
  if (opened.ok) await finishRotation(config.dataDir, source, opened.value.master);
  return opened;
}
