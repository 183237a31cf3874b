import pg from 'pg';
import type { PostgresServer } from './postgres.ts';

/** An empty database of this name; answers its address. */
export async function freshDatabase(server: PostgresServer, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return server.url.replace('/postgres?', `/${name}?`);
}
