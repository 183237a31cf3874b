import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { accelerator } from '../../contract/settings.ts';
import { speak } from '../words.ts';
import { acceleratorOf, keysShown } from './accelerator.ts';

afterEach(() => speak('en'));

const press = {
  key: 'r',
  code: 'KeyR',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  repeat: false,
};

test('the keys are those that are written on the board, with the modifiers of the system', () => {
  expect(acceleratorOf({ ...press, ctrlKey: true, shiftKey: true }, false)).toBe('Control+Shift+R');
  expect(acceleratorOf({ ...press, metaKey: true }, false)).toBe('Super+R');
  expect(acceleratorOf({ ...press, metaKey: true, altKey: true }, true)).toBe('Alt+Command+R');
  expect(acceleratorOf({ ...press, key: 'З', code: 'KeyP', altKey: true }, false)).toBe('Alt+P');
  expect(acceleratorOf({ ...press, key: '!', code: 'Digit1', ctrlKey: true, shiftKey: true }, false)).toBe(
    'Control+Shift+1',
  );
  expect(acceleratorOf({ ...press, key: 'F9', code: 'F9' }, false)).toBe('F9');
});

test('what would be taken from every program, or is no key, is none', () => {
  expect(acceleratorOf(press, false)).toBeNull();
  expect(acceleratorOf({ ...press, shiftKey: true }, false)).toBeNull();
  expect(acceleratorOf({ ...press, key: 'Control', code: 'ControlLeft', ctrlKey: true }, false)).toBeNull();
  expect(acceleratorOf({ ...press, key: 'Escape', code: 'Escape', ctrlKey: true }, false)).toBeNull();
});

test('whatever is pressed, main takes what comes of it', () => {
  const codes = [
    'KeyA',
    'KeyZ',
    'Digit0',
    'Digit9',
    'F1',
    'F24',
    'ArrowUp',
    'Space',
    'PageDown',
    'Insert',
    'Tab',
    'Enter',
  ];
  const flag = fc.boolean();
  const presses = fc.record({
    key: fc.constantFrom('a', 'Z', '5', 'é', 'F1', ' '),
    code: fc.constantFrom(...codes),
    ctrlKey: flag,
    metaKey: flag,
    shiftKey: flag,
    altKey: flag,
    repeat: flag,
  });
  fc.assert(
    fc.property(presses, flag, (pressed, mac) => {
      const keys = acceleratorOf(pressed, mac);
      expect(keys === null || accelerator.safeParse(keys).success).toBe(true);
    }),
  );
});

test('keys are shown as the platform writes them, in the language of the face', () => {
  expect(keysShown('Control+Alt+Shift+R', false)).toBe('Ctrl+Alt+Shift+R');
  expect(keysShown('Control+Alt+Shift+Command+R', true)).toBe('⌃⌥⇧⌘R');
  speak('es');
  expect(keysShown('Control+Shift+Space', false)).toBe('Ctrl+Mayús+Espacio');
});
