import { afterEach, expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { Settings } from '../../contract/settings.ts';
import { DEFAULT_SETTINGS } from '../../contract/settings.ts';
import { snapshotOf } from '../journey/snapshots.ts';
import { language, speak, words } from '../words.ts';
import { received, unreachable } from './changes.ts';
import type { Face } from './face.ts';
import { NEW_FACE } from './face.ts';
import { followSettings } from './follow-settings.ts';

afterEach(() => speak('en'));

function followed(languages: string[]) {
  const store = createStore<Face>(() => NEW_FACE);
  const root = { lang: '', dataset: {} as Record<string, string | undefined> };
  const system = { languages };
  let changed: () => void = () => undefined;
  followSettings(store, root, system, (listener) => {
    changed = listener;
  });
  const set = (chosen: Partial<Settings>) => {
    const settings = { chosen: { ...DEFAULT_SETTINGS, ...chosen }, locked: {}, setAside: null, refused: [] };
    store.setState((face) => received(face, snapshotOf({}, { settings }), 0));
  };
  const told = () => [root.lang, root.dataset.theme, words.lamp.live];
  return { store, system, set, told, changed: () => changed() };
}

test('before main has answered the face speaks and looks as the system does', () => {
  expect(followed(['es-AR', 'en']).told()).toEqual(['es', 'system', 'En vivo']);
  expect(followed(['de-DE', 'en-US']).told()).toEqual(['en', 'system', 'Live']);
});

test('what is set is in force with the snapshot that says so, and stays when main is gone', () => {
  const { store, set, told } = followed(['en-GB']);
  set({ language: 'es', theme: 'dark' });
  expect(told()).toEqual(['es', 'dark', 'En vivo']);
  store.setState(unreachable);
  expect(told()).toEqual(['es', 'dark', 'En vivo']);
  set({});
  expect(told()).toEqual(['en', 'system', 'Live']);
});

test('a system that changes its language is followed at once, and the face is drawn again', () => {
  const { store, system, told, changed } = followed(['en-GB']);
  let drawn = 0;
  store.subscribe(() => drawn++);
  system.languages = ['es-ES'];
  changed();
  expect(told()).toEqual(['es', 'system', 'En vivo']);
  expect([language, drawn]).toEqual(['es', 1]);
});
