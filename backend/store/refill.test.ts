import { expect, test } from 'vitest';
import { rowsOf } from '../trial/held.ts';
import { MASTER } from '../trial/records.ts';
import { folder, must } from '../trial/service.ts';
import { MIGRATIONS } from './migrations.ts';
import { openStore } from './open.ts';
import type { Batch } from './raw-rows.ts';
import { refill } from './refill.ts';

const OLDER = MIGRATIONS.map(({ name }) => name).slice(0, 4);

/** As they were before there were second copies. */
async function* older(): AsyncGenerator<Batch> {
  yield { table: 'tenant', rows: [{ id: 'default', name: 'Default', created_at: 1 }] };
  yield { table: 'fact', rows: [{ name: 'master-key', value: MASTER.fingerprint }] };
}

/** In a table that there was not yet. */
const DESTINATION = {
  ...{ id: 'dst-a', tenant_id: 'default', collection_id: 'default', environment: 'production', place: 'p' },
  ...{ keep_backup: 1, wrapped_key: 'w', sealed: 's', credentials_at: 2, updated_at: 3 },
};

test('[P39] rows of an older version and rows as they are now go into one database of the newest form', async () => {
  const dataDir = await folder();
  const newest = [{ table: 'destination', rows: [DESTINATION] }];
  await refill({ dataDir }, MASTER, { migrations: OLDER, older: older(), newest });
  expect(rowsOf(dataDir, 'select * from destination')).toEqual([DESTINATION]);
  expect(rowsOf(dataDir, 'select name from migration order by name')).toEqual(
    MIGRATIONS.map(({ name }) => ({ name })),
  );
  const { store } = must(await openStore({ dataDir }, MASTER));
  expect(await store.tenants()).toMatchObject([{ id: 'default' }]);
  await store.close();
});

test('a database that could not be filled to its end holds nothing', async () => {
  const dataDir = await folder();
  const newest = [{ table: 'destination', rows: [{ ...DESTINATION, unheard_of: 1 }] }];
  const filling = refill({ dataDir }, MASTER, { migrations: OLDER, older: older(), newest });
  await expect(filling).rejects.toThrow('unheard_of');
  expect(rowsOf(dataDir, 'select name from sqlite_schema')).toEqual([]);
});
