import { expect, test } from 'vitest';
import { accelerator, DEFAULT_SETTINGS, settings, settingsChange } from './settings.ts';

test.each(['CommandOrControl+Shift+R', 'Alt+P', 'F9', 'Shift+F9', 'MediaPlayPause', 'Super+Alt+Space'])(
  'a global shortcut may be %s',
  (keys) => expect(accelerator.safeParse(keys).success).toBe(true),
);

test.each([
  'R',
  'Shift+R',
  'Control',
  'Control+',
  'Control+Shift',
  'Control+Shift+RR',
  '',
  'control+r',
  'Shift+Shift+R',
])('a global shortcut may not be "%s": it would be taken from every program, or is none', (keys) =>
  expect(accelerator.safeParse(keys).success).toBe(false),
);

test('the defaults are settings, and an empty change changes nothing', () => {
  expect(settings.parse(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  expect(settingsChange.parse({})).toEqual({});
});

test.each([
  { language: 'fr' },
  { theme: null },
  { unknown: true },
  { shortcuts: { mute: 'Alt+M' } },
  { overlayPlaces: { '1': { x: 0.5, y: 0 } } },
  { startAtLogin: 'yes' },
])('a face may not set %j', (change) => expect(settingsChange.safeParse(change).success).toBe(false));
