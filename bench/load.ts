import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Load, load, missing, percentile } from '../test/load/load.ts';
import { oneOnDisk, type PlaceOfLoad, twoOnPostgres } from '../test/load/places.ts';
import { median } from './offsets.ts';

/**
 * `npm run bench:load -- [SESSIONS] [SECONDS]`: the load of the test, in turns on one instance over SQLite and a folder and on two
 * over PostgreSQL and S3, three times; an instance is killed in the middle of each. Throws where anything acknowledged is missing.
 */
const RUNS = 3;
const [sessions = 200, seconds = 2] = process.argv.slice(2).map(Number);
const PLACES: { readonly [name: string]: () => Promise<PlaceOfLoad> } = {
  'one on SQLite': oneOnDisk,
  'two on PostgreSQL': twoOnPostgres,
};

type Figures = Readonly<Record<string, number>>;

function figuresOf({ acknowledged, latenciesMs, wallMs, peakMiB, retries }: Load): Figures {
  return {
    'fragments taken in, each second': (latenciesMs.length / wallMs) * 1000,
    'of these kept and acknowledged': acknowledged.length,
    'receipt, median ms': percentile(latenciesMs, 0.5),
    'receipt, 95 of 100, ms': percentile(latenciesMs, 0.95),
    'receipt, 99 of 100, ms': percentile(latenciesMs, 0.99),
    'most memory of an instance, MiB': peakMiB,
    'sent again': retries,
  };
}

async function run(open: () => Promise<PlaceOfLoad>): Promise<Figures> {
  const place = await open();
  try {
    const loaded = await load(place, { sessions, seconds, patienceMs: 900_000 });
    await place.end();
    const gone = await missing(place, loaded.acknowledged);
    if (gone.length > 0) throw new Error(`${gone.length} acknowledged fragments are missing`);
    return figuresOf(loaded);
  } finally {
    await place.stop();
  }
}

const runs: Record<string, Figures[]> = {};
for (let turn = 1; turn <= RUNS; turn++)
  for (const [name, open] of Object.entries(PLACES)) {
    process.stderr.write(`Run ${turn} of ${RUNS} on ${name} …\n`);
    runs[name] = [...(runs[name] ?? []), await run(open)];
  }
const middle = (name: string, figure: string) =>
  median((runs[name] ?? []).map((figures) => figures[figure] ?? Number.NaN));
const [first = '', second = ''] = Object.keys(PLACES);
process.stdout.write(`${''.padEnd(36)}${first.padStart(18)}${second.padStart(18)}${'ratio'.padStart(8)}\n`);
for (const figure of Object.keys(runs[first]?.[0] ?? {})) {
  const [one, two] = [middle(first, figure), middle(second, figure)];
  const row = [one.toFixed(1).padStart(18), two.toFixed(1).padStart(18), (two / one).toFixed(2).padStart(8)];
  process.stdout.write(`${figure.padEnd(36)}${row.join('')}\n`);
}
const artifacts = join(import.meta.dirname, '..', 'artifacts');
await mkdir(artifacts, { recursive: true });
await writeFile(join(artifacts, 'bench-load.json'), JSON.stringify({ sessions, seconds, runs }, null, 2));
