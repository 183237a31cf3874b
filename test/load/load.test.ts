import { describe, expect, onTestFinished, test } from 'vitest';
import { load, missing } from './load.ts';
import { oneOnDisk, type PlaceOfLoad, twoOnPostgres } from './places.ts';

const WISH = { sessions: 200, seconds: 1, patienceMs: 240_000 };
/** Well above what it takes, and far below what it would be if anything were kept in memory for each session. */
const MOST_MIB = 700;

const PLACES: { readonly [name: string]: () => Promise<PlaceOfLoad> } = {
  'one instance on SQLite and disk, killed in the middle and started again': oneOnDisk,
  'two instances on PostgreSQL and S3, one of them killed in the middle': twoOnPostgres,
};

describe('[P30] 200 sessions at once lose nothing that was acknowledged', () => {
  test.each(Object.keys(PLACES))('on %s', { timeout: 300_000 }, async (name) => {
    const place = await PLACES[name]?.();
    if (place === undefined) throw new Error('there is no such place');
    onTestFinished(place.stop);
    const { acknowledged, stopped, peakMiB } = await load(place, WISH);
    expect(stopped).toBe(WISH.sessions);
    expect(acknowledged.length).toBeGreaterThanOrEqual(WISH.sessions * 4);
    expect(peakMiB).toBeLessThan(MOST_MIB);
    await place.end();
    expect(await missing(place, acknowledged)).toEqual([]);
    // The check would see one that is not there.
    const [one] = acknowledged;
    if (one === undefined) throw new Error('there is one');
    expect(await missing(place, [{ ...one, sequence: 99 }])).toHaveLength(1);
  });
});
