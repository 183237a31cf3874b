import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { Master } from '../secrets/master.ts';
import { locksOn } from './locks.ts';
import { type OpenedStore, preparedStore } from './prepared.ts';
import type { Tables } from './tables.ts';

/** Longest silence before the answer to a question of a request. */
const ANSWER_MS = 10_000;
/** The same where all rows are read or made anew, or others are waited for that do so. */
export const PATIENT_MS = 600_000;

/**
 * Connects to PostgreSQL, e.g. `postgres://user@host/tallylight`. `answerMs`: longest silence until a question counts as
 * unanswered. Errors: `database-unreachable` where it does not answer or does not let us in, `master-key-wrong`.
 */
export async function openPostgres(
  url: string,
  master: Master,
  answerMs = ANSWER_MS,
): Promise<Result<OpenedStore>> {
  const holder = `tallylight ${randomBytes(8).toString('hex')}`;
  const pool = poolAt(url, { name: holder, answerMs });
  const answer = await answerOf(pool, url);
  if (!answer.ok) {
    await pool.end();
    return answer;
  }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const patient = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: poolAt(url, { name: holder, answerMs: PATIENT_MS }) }),
  });
  const opened = await preparedStore(db, 'postgres', master, async () => true, patient).finally(() =>
    patient.destroy(),
  );
  if (!opened.ok) return opened;
  const { store } = opened.value;
  const locks = locksOn(url, holder);
  const close = async () => {
    await locks.close();
    await store.close();
  };
  return ok({ ...opened.value, store: { ...store, close }, locks });
}

/** Whether there is a database that lets us in. Error: `database-unreachable`. */
export async function answerOf(pool: pg.Pool, url: string): Promise<Result<void>> {
  try {
    (await pool.connect()).release();
    return ok(undefined);
  } catch (error) {
    // Only the code of it: a text may hold the address as it was given, with its password.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer in time';
    return fail('database-unreachable', [...addressIn(url), code].join(': '));
  }
}

/** Host and port. None where a password that was not encoded may have slipped into them. */
function addressIn(url: string): readonly string[] {
  const { pathname, search, hash } = URL.parse(url) ?? { pathname: '@', search: '', hash: '' };
  if (/[@#]/.test(`${pathname}${search}${hash}`)) return [];
  const { host, port } = new pg.Client({ connectionString: url });
  return [`${host}:${port}`];
}

type PoolConfig = {
  /** What the database knows the connections by. */
  readonly name?: string;
  readonly answerMs?: number;
};

/** Connections to the database, made as they are needed. Whoever waits on one that is silent for `answerMs` gets an error. */
export function poolAt(url: string, { name = 'tallylight', answerMs = ANSWER_MS }: PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max: 10,
    connectionTimeoutMillis: Math.min(answerMs, ANSWER_MS),
    keepAlive: true,
    // Not `query_timeout`: a connection whose question timed out would be given to the next who asks.
    stream: () => endingInSilence(answerMs),
    // int8 arrives as text, because it may not fit a number; ours are counts, bytes and times, which do.
    types: {
      getTypeParser: (oid, format) =>
        oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
    },
  });
  // An idle connection that breaks is replaced by the pool; the query that needs one reports what is wrong.
  pool.on('error', () => undefined);
  // One that breaks in somebody's hands fails their query; without a listener it would end the process, too.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}

/** A socket that breaks once nothing has come or gone for so long; the pool lets go of one that breaks. */
function endingInSilence(silenceMs: number): Socket {
  const socket = new Socket();
  return socket.setTimeout(silenceMs, () => socket.destroy(new Error('the database is silent')));
}
