import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { firstOf } from './damage.ts';
import { readTakeFile } from './read-take.ts';
import { FIRST_LINK } from './record.ts';
import { createTakeFile, readFragment } from './take-file.ts';
import { done, TEST_SESSION, testFolder, testFragment } from './test-vault.ts';

const KEY = Buffer.alloc(32, 3);
const PLACE = ['mic:default', 1] as const;

async function written(path: string, sequences: readonly number[], key: Uint8Array = KEY, place = PLACE) {
  const file = done(await createTakeFile(path, key));
  const stored = [];
  for (const sequence of sequences)
    stored.push(done(await file.append(testFragment({ channelId: place[0], take: place[1], sequence }))));
  await file.close();
  return stored;
}
async function read(
  path: string,
  key: Uint8Array = KEY,
  session = TEST_SESSION,
  channel: string = PLACE[0],
  take: number = PLACE[1],
) {
  const found = await readTakeFile(path, key, session, channel, take, FIRST_LINK);
  return { ...found, damage: firstOf(found.damages) };
}

describe('a take file', () => {
  test('[P61] in which any byte is changed is found, and the fragment is named', async () => {
    const path = join(await testFolder(), 'take');
    const stored = await written(path, [0, 1, 2]);
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, changed);
      const hit = stored.findIndex(({ offset, length }) => at < offset + length);
      const { fragments, damages, damage } = await read(path);
      expect({ at, damage }).toMatchObject({
        damage: { code: 'vault-damaged', detail: `mic:default take 1 fragment ${hit}` },
      });
      // Nothing that is untouched goes with it, but where the first one is gone nothing plays.
      expect(fragments).toEqual(hit === 0 ? [] : stored.filter((_, index) => index !== hit));
      expect(damages.map(({ what }) => what)).toEqual(
        hit === 0 ? ['unreadable', 'undecodable'] : ['unreadable'],
      );
    }
  });

  test('that ends anywhere, as after a crash, gives all the fragments that are whole', async () => {
    const path = join(await testFolder(), 'take');
    const stored = await written(path, [0, 1, 2]);
    const whole = await readFile(path);
    for (let length = 0; length <= whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      const complete = stored.filter((record) => record.offset + record.length <= length);
      expect(await read(path)).toMatchObject({ fragments: complete, damage: undefined });
    }
  });

  test('in which two records changed places is found', async () => {
    const path = join(await testFolder(), 'take');
    const [, second, third] = await written(path, [0, 1, 2]);
    if (second === undefined || third === undefined) throw new Error('too few');
    const whole = await readFile(path);
    const record = ({ offset, length }: typeof second) => whole.subarray(offset - 8, offset + length);
    await writeFile(
      path,
      Buffer.concat([whole.subarray(0, second.offset - 8), record(third), record(second)]),
    );
    expect((await read(path)).damage).toMatchObject({ detail: 'mic:default take 1 fragment 1' });
    await writeFile(path, Buffer.concat([whole.subarray(0, second.offset - 8), record(third)]));
    expect((await read(path)).damage).toMatchObject({ detail: 'mic:default take 1 fragment 1' });
  });

  test.each([
    ['another session', KEY, 'cap-9876543210', 'mic:default', 1],
    ['another channel', KEY, TEST_SESSION, 'mic:usb', 1],
    ['another take', KEY, TEST_SESSION, 'mic:default', 2],
    ['another recording, with another key', Buffer.alloc(32, 4), TEST_SESSION, 'mic:default', 1],
  ])('in the place of %s is found', async (_what, key, session, channel, take) => {
    const folder = await testFolder();
    await written(join(folder, 'take'), [0, 1]);
    await copyFile(join(folder, 'take'), join(folder, 'moved'));
    expect(await read(join(folder, 'moved'), key, session, channel, take)).toMatchObject({
      fragments: [],
      damage: { code: 'vault-damaged', detail: `${channel} take ${take} fragment 0` },
    });
  });

  test('that the disk does not give back is damage, not a crash', async () => {
    const folder = await testFolder();
    const expected = { fragments: [], damage: { code: 'vault-damaged' } };
    expect(await read(join(folder, 'missing'))).toMatchObject(expected);
    expect(await read(folder)).toMatchObject(expected);
  });

  test('is not written over', async () => {
    const path = join(await testFolder(), 'take');
    await written(path, [0]);
    expect(await createTakeFile(path, KEY)).toMatchObject({ error: { code: 'vault-unwritable' } });
  });
});

describe('one fragment', () => {
  test('comes back by itself, and only from where it was', async () => {
    const path = join(await testFolder(), 'take');
    const [first, second] = await written(path, [0, 1]);
    if (first === undefined || second === undefined) throw new Error('too few');
    expect(Buffer.from(done(await readFragment(path, KEY, second)).bytes)).toEqual(
      testFragment({ sequence: 1 }).bytes,
    );
    const misplaced = { ...second, offset: first.offset, length: first.length };
    const damaged = { ok: false, error: { code: 'vault-damaged', detail: 'mic:default take 1 fragment 1' } };
    expect(await readFragment(path, KEY, misplaced)).toMatchObject(damaged);
    expect(await readFragment(path, KEY, { ...second, offset: 1e6 })).toMatchObject(damaged);
    expect(await readFragment(`${path}.gone`, KEY, second)).toMatchObject(damaged);
  });
});
