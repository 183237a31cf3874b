import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS, UNTOUCHED_SETTINGS } from '../../contract/settings.ts';
import { done, testFolder } from '../vault/test-vault.ts';
import { type Managed, openSettings } from './settings.ts';

const now = () => new Date('2026-03-03T14:22:31.500Z');

async function opened(dataDir: string, managed?: readonly Managed[]) {
  const logged: string[] = [];
  let changes = 0;
  const settings = await openSettings({
    dataDir,
    now,
    log: (event) => void logged.push(event),
    onChange: () => void changes++,
    ...(managed === undefined ? {} : { managed }),
  });
  return { ...settings, logged, changes: () => changes };
}

async function folderWith(content: unknown): Promise<string> {
  const dataDir = await testFolder();
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(join(dataDir, 'settings.json'), text);
  return dataDir;
}
const fileIn = async (dataDir: string, name = 'settings.json') => readFile(join(dataDir, name), 'utf8');

test('where nothing was set the defaults apply, and no file is made', async () => {
  const dataDir = await testFolder();
  expect((await opened(dataDir)).view()).toEqual(UNTOUCHED_SETTINGS);
  expect(await readdir(dataDir)).toEqual([]);
});

test('what is changed is in force at once and after the next start, and what was not spoken of stays', async () => {
  const dataDir = await testFolder();
  const { change, view, changes } = await opened(dataDir);
  done(await change({ language: 'es', shortcuts: { pause: 'Alt+P' } }));
  done(await change({ theme: 'dark', shortcuts: { startStop: 'CommandOrControl+Shift+R' } }));
  done(await change({ overlayPlaces: { '1a2b': { x: 10, y: -4 }, other: { x: 0, y: 0 } } }));
  done(await change({ overlayPlaces: { other: null } }));
  const expected = {
    ...DEFAULT_SETTINGS,
    language: 'es',
    theme: 'dark',
    shortcuts: { startStop: 'CommandOrControl+Shift+R', pause: 'Alt+P' },
    overlayPlaces: { '1a2b': { x: 10, y: -4 } },
  };
  expect(view().chosen).toEqual(expected);
  expect(changes()).toBe(4);
  expect((await opened(dataDir)).view()).toEqual({ ...UNTOUCHED_SETTINGS, chosen: expected });
  expect((await stat(join(dataDir, 'settings.json'))).mode & 0o777).toBe(0o600);
  expect(await readdir(dataDir)).toEqual(['settings.json']);
});

test('changes that come at the same time are all kept', async () => {
  const dataDir = await testFolder();
  const { change } = await opened(dataDir);
  await Promise.all([
    change({ language: 'es' }),
    change({ theme: 'light' }),
    change({ startAtLogin: true }),
    change({ shortcuts: { pause: 'F9' } }),
  ]);
  expect((await opened(dataDir)).view().chosen).toMatchObject({
    language: 'es',
    theme: 'light',
    startAtLogin: true,
    shortcuts: { pause: 'F9' },
  });
});

test('what is changed into what it is writes nothing', async () => {
  const dataDir = await testFolder();
  const { change, changes } = await opened(dataDir);
  done(await change({ language: 'es' }));
  await rm(join(dataDir, 'settings.json'));
  done(await change({ language: 'es' }));
  expect(changes()).toBe(1);
  expect(await readdir(dataDir)).toEqual([]);
});

test.each([
  ['no JSON', '{"language":"es"'],
  ['no object', '["es"]'],
  ['empty', ''],
])('a file that is %s is set aside as it is and told of; the defaults apply', async (_what, content) => {
  const dataDir = await folderWith(content);
  const { view, change, logged } = await opened(dataDir);
  const setAside = 'settings.damaged-20260303T142231500Z.json';
  expect(view()).toEqual({ ...UNTOUCHED_SETTINGS, setAside });
  expect(await fileIn(dataDir, setAside)).toBe(content);
  expect(logged).toEqual(['settings.set-aside']);
  done(await change({ theme: 'dark' }));
  expect(view()).toMatchObject({ chosen: { theme: 'dark' }, setAside });
  expect((await opened(dataDir)).view()).toMatchObject({ chosen: { theme: 'dark' }, setAside: null });
  expect(await fileIn(dataDir, setAside)).toBe(content);
});

test('what another version wrote stays in the file, and a value that is not understood counts as not set', async () => {
  const dataDir = await folderWith({
    language: 'fr',
    theme: 'dark',
    quality: { fps: 30 },
    shortcuts: { pause: 'Alt+P', mute: 'Alt+M' },
  });
  const { view, change } = await opened(dataDir);
  expect(view()).toEqual({
    chosen: { ...DEFAULT_SETTINGS, theme: 'dark', shortcuts: { startStop: null, pause: 'Alt+P' } },
    locked: {},
    setAside: null,
    refused: [],
  });
  done(await change({ shortcuts: { pause: null, startStop: 'Alt+R' } }));
  expect(JSON.parse(await fileIn(dataDir))).toEqual({
    language: 'fr',
    theme: 'dark',
    quality: { fps: 30 },
    shortcuts: { startStop: 'Alt+R', mute: 'Alt+M' },
  });
});

test('a file that can be neither read nor set aside is not written over', async () => {
  const dataDir = await testFolder();
  // Neither a file to read nor, with something in it of that name, one to move: the same for root and for others.
  await mkdir(join(dataDir, 'settings.json'));
  await mkdir(join(dataDir, 'settings.damaged-20260303T142231500Z.json', 'in-the-way'), { recursive: true });
  const { view, change } = await opened(dataDir);
  expect(view()).toEqual({ ...UNTOUCHED_SETTINGS, setAside: 'settings.json' });
  expect(await change({ theme: 'dark' })).toMatchObject({ error: { code: 'settings-unwritable' } });
  expect(view().chosen.theme).toBe('system');
});

test('what cannot be written is not in force', async () => {
  const dataDir = await testFolder();
  const { view, change, changes } = await opened(dataDir);
  await rm(dataDir, { recursive: true });
  expect(await change({ theme: 'dark' })).toMatchObject({
    error: { code: 'settings-unwritable', detail: 'settings.json (ENOENT)' },
  });
  expect([view().chosen.theme, changes()]).toEqual(['system', 0]);
});

test('two shortcuts are never the same keys', async () => {
  const { view, change } = await opened(await testFolder());
  done(await change({ shortcuts: { startStop: 'Alt+R' } }));
  expect(await change({ theme: 'dark', shortcuts: { pause: 'Alt+R' } })).toMatchObject({
    error: { code: 'shortcut-twice' },
  });
  expect(view().chosen).toMatchObject({ theme: 'system', shortcuts: { startStop: 'Alt+R', pause: null } });
});

test('what an organisation decides is in force, says whose it is, and is refused to anybody else', async () => {
  const dataDir = await folderWith({ notifications: true, theme: 'light' });
  const { view, change } = await opened(dataDir, [
    { by: 'Acme', values: { notifications: false } },
    { by: 'Somebody less', values: { notifications: true, startAtLogin: true } },
  ]);
  expect(view()).toMatchObject({
    chosen: { notifications: false, startAtLogin: true, theme: 'light' },
    locked: { notifications: 'Acme', startAtLogin: 'Somebody less' },
  });
  expect(await change({ theme: 'dark', notifications: true })).toMatchObject({
    error: { code: 'setting-locked', detail: 'notifications' },
  });
  expect(view().chosen.theme).toBe('light');
  done(await change({ theme: 'dark' }));
  expect(JSON.parse(await fileIn(dataDir))).toEqual({ notifications: true, theme: 'dark' });
});
