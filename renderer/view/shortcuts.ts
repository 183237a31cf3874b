import { words } from '../words.ts';
import type { Letter } from './actions.ts';

export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'repeat'
>;

const LETTERS: readonly Letter[] = ['R', 'P', 'S'];

export function isMac(platform: string): boolean {
  return /mac/i.test(platform);
}

/**
 * Which of our shortcuts a key press is. Always with Ctrl (⌘) and Shift: a single key pressed by mistake never
 * starts or ends a recording. On a layout without Latin letters the key's place counts.
 */
export function letterOf(press: KeyPress, mac: boolean): Letter | null {
  const modifier = mac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey;
  if (!modifier || !press.shiftKey || press.altKey) return null;
  const latin = /^[a-z]$/i.test(press.key) ? press.key.toUpperCase() : press.code.replace(/^Key/, '');
  return LETTERS.find((letter) => letter === latin) ?? null;
}

/** The shortcut as the button shows it. */
export function shortcutWords(letter: Letter, mac: boolean): string {
  return mac ? words.keys.mac(letter) : words.keys.other(letter);
}

/** The shortcut as `aria-keyshortcuts` wants it. */
export function ariaShortcut(letter: Letter, mac: boolean): string {
  return `${mac ? 'Meta' : 'Control'}+Shift+${letter}`;
}
