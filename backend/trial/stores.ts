import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { startPostgres } from './postgres.ts';
import { MASTER } from './records.ts';
import { must } from './service.ts';

/** A store of a kind, which may be opened several times. */
export type OpenedKind = { readonly open: () => Promise<Store>; readonly stop: () => Promise<void> };

/** Each kind of store, empty. */
export const STORES: { readonly [name: string]: () => Promise<OpenedKind> } = {
  async SQLite() {
    const dataDir = await mkdtemp(join(tmpdir(), 'tallylight-store-'));
    const open = async () => must(await openStore({ dataDir }, MASTER)).store;
    return { open, stop: () => rm(dataDir, { recursive: true }) };
  },
  async PostgreSQL() {
    const server = startPostgres();
    const config = { dataDir: '/nowhere', databaseUrl: server.url };
    return { open: async () => must(await openStore(config, MASTER)).store, stop: server.stop };
  },
};
