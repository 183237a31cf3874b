import { words } from '../words.ts';
import type { KeyPress } from './shortcuts.ts';

/** Keys by their place on the board, as Electron calls them; letters and digits are found by what is written on them. */
const KEYS: Readonly<Record<string, string>> = {
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  Space: 'Space',
  Home: 'Home',
  End: 'End',
  PageUp: 'PageUp',
  PageDown: 'PageDown',
  Insert: 'Insert',
};
const FUNCTION_KEY = /^F([1-9]|1\d|2[0-4])$/;

function keyOf({ key, code }: Pick<KeyPress, 'key' | 'code'>): string | null {
  if (FUNCTION_KEY.test(code)) return code;
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  return /^(?:Key|Digit)([A-Z0-9])$/.exec(code)?.[1] ?? KEYS[code] ?? null;
}

/**
 * The global shortcut that was pressed (Electron's accelerator), or null where it may not be one: it would be taken from every
 * program, so it needs a modifier beside Shift, or a function key. The contract holds main to the same.
 */
export function acceleratorOf(press: KeyPress, mac: boolean): string | null {
  const key = keyOf(press);
  const { ctrlKey, altKey, metaKey, shiftKey } = press;
  if (key === null || !(ctrlKey || altKey || metaKey || FUNCTION_KEY.test(key))) return null;
  const modifiers = [
    ctrlKey && 'Control',
    altKey && 'Alt',
    shiftKey && 'Shift',
    metaKey && (mac ? 'Command' : 'Super'),
  ].filter((modifier) => modifier !== false);
  return [...modifiers, key].join('+');
}

const MAC_SIGNS: Readonly<Record<string, string>> = {
  Control: '⌃',
  Alt: '⌥',
  Shift: '⇧',
  Command: '⌘',
  CommandOrControl: '⌘',
};

/** An accelerator as the platform writes it: ⌃⌥⇧⌘R, Ctrl+Alt+Shift+R. */
export function keysShown(accelerator: string, mac: boolean): string {
  const names: Readonly<Partial<Record<string, string>>> = words.keyNames;
  const parts = accelerator.split('+');
  return mac
    ? parts.map((part) => MAC_SIGNS[part] ?? names[part] ?? part).join('')
    : parts.map((part) => names[part] ?? part).join('+');
}
