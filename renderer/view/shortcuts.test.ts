import { expect, test } from 'vitest';
import type { KeyPress } from './shortcuts.ts';
import { ariaShortcut, letterOf, shortcutWords } from './shortcuts.ts';

const press: KeyPress = {
  key: 'P',
  code: 'KeyP',
  ctrlKey: true,
  metaKey: false,
  shiftKey: true,
  altKey: false,
  repeat: false,
};

test('Ctrl, Shift and a letter; on a Mac the command key instead', () => {
  expect(letterOf(press, false)).toBe('P');
  expect(letterOf(press, true)).toBeNull();
  expect(letterOf({ ...press, ctrlKey: false, metaKey: true }, true)).toBe('P');
});

test('a key without its modifiers does nothing, so a slip never starts or ends a recording', () => {
  for (const slip of [{ ctrlKey: false }, { shiftKey: false }, { altKey: true }, { metaKey: true }])
    expect(letterOf({ ...press, ...slip }, false)).toBeNull();
});

test('the letter on the key counts, and its place where the layout has no Latin letters', () => {
  expect(letterOf({ ...press, key: 'L', code: 'KeyP' }, false)).toBeNull();
  expect(letterOf({ ...press, key: 'З', code: 'KeyP' }, false)).toBe('P');
  expect(letterOf({ ...press, key: 's', code: 'KeyS' }, false)).toBe('S');
  expect(letterOf({ ...press, key: 'Enter', code: 'Enter' }, false)).toBeNull();
});

test('shows the keys as the platform writes them', () => {
  expect([shortcutWords('S', true), shortcutWords('S', false)]).toEqual(['⌘⇧S', 'Ctrl+Shift+S']);
  expect([ariaShortcut('S', true), ariaShortcut('S', false)]).toEqual(['Meta+Shift+S', 'Control+Shift+S']);
});
