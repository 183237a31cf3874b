import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, must } from '../trial/service.ts';
import { type Master, type MasterSource, masterOf, readMaster } from './master.ts';

const KEY = randomBytes(32);
const TEXT = KEY.toString('base64');
const isOf = (master: Master, key: Uint8Array = KEY) => master.fingerprint === masterOf(key).fingerprint;
const read = async (source: MasterSource, dataDir?: string) =>
  readMaster(dataDir ?? (await folder()), source);

describe('the master key', () => {
  test('[P31] comes from the environment, in base64 as people and key stores write it', async () => {
    for (const text of [TEXT, `${TEXT}\n`, TEXT.replace('=', ''), KEY.toString('base64url')])
      expect(isOf(must(await read({ TALLYLIGHT_MASTER_KEY: text })))).toBe(true);
  });

  test('[P31] comes from a file, raw or in base64', async () => {
    const path = join(await folder(), 'key');
    for (const content of [KEY, TEXT, `${TEXT}\n`]) {
      writeFileSync(path, content);
      expect(isOf(must(await read({ TALLYLIGHT_MASTER_KEY_FILE: path })))).toBe(true);
    }
  });

  test('[P31] comes from a command, as for a key management service', async () => {
    const command = `printf '%s\\n' "${TEXT}" | cat`;
    expect(isOf(must(await read({ TALLYLIGHT_MASTER_KEY_COMMAND: command })))).toBe(true);
  });

  test('[P31] is made at the first start where nothing names one, and is there at the next, for its owner only', async () => {
    const dataDir = await folder();
    const first = must(await read({}, dataDir));
    expect(isOf(must(await read({}, dataDir)), readFileSync(join(dataDir, 'master.key')))).toBe(true);
    expect(must(await read({}, dataDir)).fingerprint).toBe(first.fingerprint);
    expect(statSync(join(dataDir, 'master.key'))).toMatchObject({ size: 32 });
    if (process.platform !== 'win32') expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600);
  });

  test('[P31] is one, also where two programs make it at the same moment', async () => {
    const dataDir = await folder();
    const made = await Promise.all(Array.from({ length: 8 }, () => read({}, dataDir)));
    expect(new Set(made.map((each) => must(each).fingerprint)).size).toBe(1);
    expect(readdirSync(dataDir)).toEqual(['master.key']);
  });

  test('[P31] that is gone is not replaced beside a database that was written with it', async () => {
    const dataDir = await folder();
    writeFileSync(join(dataDir, 'tallylight.sqlite'), '');
    expect(await read({}, dataDir)).toMatchObject({ ok: false, error: { code: 'master-key-wrong' } });
    expect(readdirSync(dataDir)).toEqual(['tallylight.sqlite']);
  });

  test('[P31] that is named and cannot be had is told without a letter of it, and none is made in its place', async () => {
    const dataDir = await folder();
    const secret = 'hush-this-is-no-key';
    const path = join(dataDir, 'key');
    writeFileSync(path, secret);
    const wrong: readonly MasterSource[] = [
      { TALLYLIGHT_MASTER_KEY: secret },
      { TALLYLIGHT_MASTER_KEY: randomBytes(16).toString('base64') },
      { TALLYLIGHT_MASTER_KEY: `${TEXT}${TEXT}` },
      { TALLYLIGHT_MASTER_KEY_FILE: path },
      { TALLYLIGHT_MASTER_KEY_FILE: join(dataDir, 'none') },
      { TALLYLIGHT_MASTER_KEY_COMMAND: `echo ${secret}` },
      { TALLYLIGHT_MASTER_KEY_COMMAND: `echo ${TEXT}; exit 1` },
      { TALLYLIGHT_MASTER_KEY_COMMAND: `echo ${secret} >&2; exit 3` },
      { TALLYLIGHT_MASTER_KEY_COMMAND: 'no-such-command-at-all' },
    ];
    for (const source of wrong) {
      const refused = await read(source, dataDir);
      expect(refused).toMatchObject({ ok: false });
      expect(JSON.stringify(refused)).not.toContain(secret);
      expect(JSON.stringify(refused)).not.toContain(TEXT.slice(0, 8));
    }
    expect(() => statSync(join(dataDir, 'master.key'))).toThrow('ENOENT');
  });

  test('[P31] wraps keys with AES-256, each for what it is for', () => {
    // AES-256 has a key of 32 bytes, and Node takes no other for it.
    expect(() => masterOf(randomBytes(16)).wrap('a', KEY)).toThrow('Invalid key length');
    const master = masterOf(KEY);
    const wrapped = master.wrap('for a', Buffer.from('a key'));
    expect(Buffer.from(wrapped, 'base64').includes('a key')).toBe(false);
    expect(master.unwrap('for a', wrapped).toString()).toBe('a key');
    expect(() => master.unwrap('for b', wrapped)).toThrow();
    expect(() => masterOf(randomBytes(32)).unwrap('for a', wrapped)).toThrow();
    expect(master.fingerprint).not.toContain(KEY.toString('hex'));
  });
});
