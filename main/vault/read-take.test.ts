import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recordFinder } from './find-record.ts';
import { readTakeFile } from './read-take.ts';
import { FIRST_LINK } from './record.ts';
import { createTakeFile } from './take-file.ts';
import { done, TEST_SESSION, testFolder, testFragment } from './test-vault.ts';

const KEY = Buffer.alloc(32, 3);
const MIC = 'mic:default';
const COUNT = 8;

/** A take of eight fragments as its records, and what is read where others lie in its file. */
async function take(place: { channelId?: string; take?: number; sessionId?: string } = {}) {
  const path = join(await testFolder(), 'take');
  const file = done(await createTakeFile(path, KEY));
  const stored = [];
  for (let sequence = 0; sequence < COUNT; sequence++)
    stored.push(done(await file.append(testFragment({ ...place, sequence }))));
  await file.close();
  const whole = await readFile(path);
  const records = stored.map(({ offset, length }) =>
    Buffer.from(whole.subarray(offset - 8, offset + length)),
  );
  const read = async (pieces: readonly Uint8Array[]) => {
    await writeFile(path, Buffer.concat(pieces));
    const found = await readTakeFile(path, KEY, TEST_SESSION, MIC, 1, FIRST_LINK);
    return {
      kept: found.fragments.map(({ header }) => header.sequence),
      damages: found.damages.map(({ what, from, to }) => [what, from, to]),
      wholeUntil: found.wholeUntil,
    };
  };
  return { path, records, read };
}
function flipped(record: Buffer, at: number): Buffer {
  const changed = Buffer.from(record);
  changed[at] = (changed.at(at) ?? 0) ^ 1;
  return changed;
}
const all = [...Array(COUNT).keys()];
const without = (...lost: number[]) => all.filter((sequence) => !lost.includes(sequence));

describe('[P61][P57] a take of which something is damaged', () => {
  test('loses that and nothing else, wherever in its records it is and however many there are', async () => {
    const { records, read } = await take();
    const length = records[1]?.length ?? 0;
    // Lengths, link, nonce, header, media, tag.
    for (const at of [0, 5, 8, 25, 40, length - 20, length - 1])
      for (const lost of [[1], [1, 3], [1, 2], [2, 5, 6], [6, 7], [1, 2, 3, 4, 5, 6, 7]]) {
        const { kept, damages, wholeUntil } = await read(
          records.map((record, sequence) => (lost.includes(sequence) ? flipped(record, at) : record)),
        );
        expect(kept, `${lost} at ${at}`).toEqual(without(...lost));
        expect(wholeUntil).toBe(lost[0]);
        // How many there were behind lengths that are gone tells only what comes after them.
        const [, first] = damages[0] ?? [];
        expect(first).toBe(lost[0]);
        if (at >= 8)
          expect(damages.flatMap(([, from, to]) => all.slice(Number(from), Number(to) + 1))).toEqual(lost);
      }
  });

  test('tells that it cannot be decoded where that is its beginning, and keeps nothing of it', async () => {
    const { records, read } = await take();
    const [init = Buffer.alloc(0), ...rest] = records;
    expect(await read([flipped(init, 40), ...rest])).toEqual({
      kept: [],
      damages: [
        ['unreadable', 0, 0],
        ['undecodable', 1, 7],
      ],
      wholeUntil: 0,
    });
  });

  test('is read on behind bytes that are no record, and where some are gone', async () => {
    const { records, read } = await take();
    const noise = Buffer.from(all.flatMap(() => [0, 0, 0, 200, 255, 255, 255, 55]));
    expect(await read([...records.slice(0, 3), noise, ...records.slice(3)])).toMatchObject({
      kept: all,
      damages: [['foreign', 3, 3]],
      wholeUntil: 3,
    });
    const [cut = Buffer.alloc(0)] = records.slice(3);
    expect(await read([...records.slice(0, 3), cut.subarray(0, 60), ...records.slice(5)])).toMatchObject({
      kept: without(3, 4),
      damages: [['unreadable', 3, 4]],
    });
  });
});

describe('[P61] a record that is not where it was written is found, and not taken for good', () => {
  const pick = (records: readonly Buffer[], ...order: number[]) =>
    order.map((sequence) => records[sequence] ?? Buffer.alloc(0));

  test('where others were taken away before it', async () => {
    const { records, read } = await take();
    expect(await read(pick(records, 0, 1, 4, 5, 6, 7))).toEqual({
      kept: [0, 1, 5, 6, 7],
      damages: [
        ['unreadable', 2, 3],
        ['unchained', 4, 4],
      ],
      wholeUntil: 2,
    });
  });

  test('where two changed places, one came twice, or one was moved', async () => {
    const { records, read } = await take();
    expect(await read(pick(records, 0, 1, 3, 2, 4, 5, 6, 7))).toEqual({
      kept: without(2, 3),
      damages: [
        ['unreadable', 2, 2],
        ['unchained', 3, 3],
        ['foreign', 4, 4],
      ],
      wholeUntil: 2,
    });
    expect(await read(pick(records, 0, 1, 2, 2, 3, 4, 5, 6, 7))).toEqual({
      kept: all,
      damages: [['foreign', 3, 3]],
      wholeUntil: 3,
    });
    expect(await read(pick(records, 0, 2, 3, 4, 5, 6, 7, 1))).toMatchObject({
      kept: without(1, 2),
      damages: [
        ['unreadable', 1, 1],
        ['unchained', 2, 2],
        ['unreadable', 8, 8],
      ],
    });
  });

  test.each([{ channelId: 'mic:usb' }, { take: 2 }, { sessionId: 'cap-9876543210' }])(
    'where it is of another file: %o',
    async (place) => {
      const [{ records, read }, { records: others }] = [await take(), await take(place)];
      const mixed = records.map((record, sequence) => (sequence === 3 ? (others[3] ?? record) : record));
      expect(await read(mixed)).toMatchObject({ kept: without(3), damages: [['unreadable', 3, 3]] });
      expect(await read([...records.slice(0, 3), ...pick(others, 3), ...records.slice(3)])).toMatchObject({
        kept: all,
        damages: [['foreign', 3, 3]],
      });
    },
  );
});

test('a file of beginnings that lead nowhere is given up after bounded work, and what is before it is kept', async () => {
  const { path, records, read } = await take();
  // Each says that it is a record of four mebibytes, and begins like one.
  const [, , lure = Buffer.alloc(0)] = records;
  const step = lure.length - 20;
  const many = Buffer.concat(Array(20_000).fill(lure.subarray(0, step)));
  const claimed = 4 * 1024 * 1024;
  for (let at = 0; at < many.length; at += step) {
    many.writeUInt32BE(claimed, at);
    many.writeUInt32BE(~claimed >>> 0, at + 4);
  }
  const { kept, damages } = await read([...records.slice(0, 2), many]);
  expect(kept).toEqual([0, 1]);
  expect(damages[0]).toEqual(['unreadable', 2, expect.any(Number)]);

  const file = await open(path);
  onTestFinished(() => file.close());
  let asked = 0;
  const counted: Pick<FileHandle, 'read'> = {
    // biome-ignore lint/suspicious/noExplicitAny: whatever it is asked with, it is what the file answers.
    read: (...how: any[]) => {
      asked += Number(how[2]);
      return Reflect.apply(file.read, file, how);
    },
  };
  const { size } = await file.stat();
  const place = { sessionId: TEST_SESSION, channelId: MIC, take: 1 };
  const begin = records.slice(0, 2).reduce((sum, { length }) => sum + length, 0);
  expect(await recordFinder(counted, size, KEY, place).next(begin, 2)).toBeUndefined();
  expect(asked).toBeGreaterThan(size);
  expect(asked).toBeLessThan(4 * size + 32 * 1024 * 1024);
}, 60_000);
