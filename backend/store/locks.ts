import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

/** Gives a lock back. */
export type Release = () => Promise<void>;

/**
 * Locks that all instances on one database see. Whoever holds one and dies gives it back at that moment, and whoever lies still
 * loses them all as soon as the others declare it gone.
 */
export type Locks = {
  /** Resolves once it is ours. Throws where it is not to be had in time. */
  acquire(name: string): Promise<Release>;
  /** Undefined where another holds it. */
  tryAcquire(name: string): Promise<Release | undefined>;
  /**
   * Claims the database for a service: for itself alone, or together with others that share it. False where those that are
   * there do not allow that.
   */
  serve(mode: 'alone' | 'shared'): Promise<boolean>;
  /** What the connections of this process are called in `pg_stat_activity`. */
  readonly holder: string;
  close(): Promise<void>;
};

/** Longer than it takes the others to notice that whoever holds one lies still. */
const PATIENCE_MS = 30_000;
/** None of these questions waits for anything in the database. */
const ANSWER_MS = 10_000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;
const SERVING = 'serving';

/**
 * Advisory locks of PostgreSQL, all on one connection: waiting for one then takes no connection, so that those who hold one
 * never wait for those who want one. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export function locksOn(url: string, holder: string): Locks {
  let connecting: Promise<pg.Client> | undefined;
  let current: pg.Client | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let mode: 'alone' | 'shared' | undefined;

  /** One after the other, as a connection takes them. Answers whether it was so. */
  function asked(on: pg.Client, text: string, name: string): Promise<boolean> {
    const asking = last.then(() => on.query(text, [keyOf(name)]));
    // One that does not answer holds nothing for anybody: the next asks on a new one.
    last = asking.catch(() => forget(on));
    return asking.then(({ rows }) => rows[0]?.yes === true);
  }

  function forget(lost: pg.Client): void {
    if (current !== lost) return;
    current = undefined;
    connecting = undefined;
    void lost.end().catch(() => undefined);
  }

  function client(): Promise<pg.Client> {
    connecting ??= connect().catch((error) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  }

  async function connect(): Promise<pg.Client> {
    const made = new pg.Client({
      ...{ connectionString: url, application_name: holder, keepAlive: true },
      ...{ connectionTimeoutMillis: 10_000, query_timeout: ANSWER_MS },
    });
    current = made;
    // What was held is lost with it; the next who wants a lock connects anew.
    made.on('error', () => forget(made));
    made.on('end', () => forget(made));
    await made.connect();
    // A machine that vanishes without a word keeps its locks no longer than this.
    await made.query(
      'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 2',
    );
    if (mode !== undefined && !(await claimed(made, mode))) {
      await made.end();
      throw new Error('another service has taken the database meanwhile');
    }
    return made;
  }

  function claimed(on: pg.Client, wanted: 'alone' | 'shared'): Promise<boolean> {
    const shared = wanted === 'shared' ? '_shared' : '';
    return asked(on, `select pg_try_advisory_lock${shared}($1::bigint) as yes`, SERVING);
  }

  async function tryAcquire(name: string): Promise<Release | undefined> {
    const on = await client();
    if (!(await asked(on, 'select pg_try_advisory_lock($1::bigint) as yes', name))) return undefined;
    return async () => {
      // Lost with its connection, it is nobody's to give back.
      if (current !== on) return;
      await asked(on, 'select pg_advisory_unlock($1::bigint) as yes', name).catch(() => undefined);
    };
  }

  return {
    tryAcquire,
    holder,

    async acquire(name) {
      const until = performance.now() + PATIENCE_MS;
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        const release = await tryAcquire(name);
        if (release !== undefined) return release;
        if (performance.now() > until) throw new Error('another instance holds a lock for too long');
        await setTimeout(pauseMs * (0.5 + Math.random()));
      }
    },

    async serve(wanted) {
      const isOurs = await claimed(await client(), wanted);
      if (isOurs) mode = wanted;
      return isOurs;
    },

    async close() {
      mode = undefined;
      await (await connecting?.catch(() => undefined))?.end();
    },
  };
}

/** 64 bits of SHA-256, signed as PostgreSQL wants them. */
function keyOf(name: string): string {
  return createHash('sha256').update(`tallylight lock 1\n${name}`).digest().readBigInt64BE().toString();
}
