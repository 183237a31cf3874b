import { z } from 'zod';
import { LANGUAGES } from './language.ts';

/**
 * A global shortcut as Electron writes it (`CommandOrControl+Shift+R`). A key alone would be taken from every program, so one
 * modifier beside Shift is needed, except for the function and media keys.
 */
const MODIFIER = '(?:Command|Cmd|Control|Ctrl|CommandOrControl|CmdOrCtrl|Alt|Option|AltGr|Shift|Super|Meta)';
const KEY =
  "(?:[A-Z0-9]|F[1-9]|F1[0-9]|F2[0-4]|Plus|Space|Tab|Backspace|Delete|Insert|Return|Enter|Up|Down|Left|Right|Home|End|PageUp|PageDown|Escape|Esc|[-=,./;`\\[\\]'\\\\])";
const ALONE = '(?:F[1-9]|F1[0-9]|F2[0-4]|MediaNextTrack|MediaPreviousTrack|MediaStop|MediaPlayPause)';
export const accelerator = z
  .string()
  .max(60)
  .regex(
    new RegExp(`^(?:(?!(?:Shift\\+)+[^+]+$)(?:${MODIFIER}\\+){1,4}${KEY}|(?:${MODIFIER}\\+){0,4}${ALONE})$`),
  );

/** Null: that shortcut is not taken. */
const shortcut = accelerator.nullable();

/** Where the overlay lies on one display: its upper left corner from that of the display, in DIP. */
export const overlayPlace = z.strictObject({ x: z.int(), y: z.int() });

/** What names a display in the settings: its fingerprint where it has one, otherwise what the system calls it. */
const displayName = z.string().min(1).max(100);

/** Every setting, by name. What a file of another version holds beside them is kept there (main/settings). */
export const SETTINGS = {
  /** `system`: the first language of the system's list that there are words in. */
  language: z.enum(['system', ...LANGUAGES]),
  theme: z.enum(['system', 'light', 'dark']),
  shortcuts: z.object({ startStop: shortcut, pause: shortcut }),
  startAtLogin: z.boolean(),
  notifications: z.boolean(),
  overlayPlaces: z.record(displayName, overlayPlace),
} as const;

/** What a person sets on this device. No secret is ever one of these. */
export const settings = z.object(SETTINGS);
export type Settings = z.infer<typeof settings>;
export type SettingName = keyof Settings;
export const SETTING_NAMES = Object.keys(SETTINGS) as [SettingName, ...SettingName[]];

export const DEFAULT_SETTINGS: Settings = {
  language: 'system',
  theme: 'system',
  shortcuts: { startStop: null, pause: null },
  startAtLogin: false,
  notifications: true,
  overlayPlaces: {},
};

/** Some of the settings, and of those with parts some of the parts; a display's place is forgotten by null. */
export const settingsChange = z.strictObject({
  language: SETTINGS.language.exactOptional(),
  theme: SETTINGS.theme.exactOptional(),
  shortcuts: z
    .strictObject({ startStop: shortcut.exactOptional(), pause: shortcut.exactOptional() })
    .exactOptional(),
  startAtLogin: z.boolean().exactOptional(),
  notifications: z.boolean().exactOptional(),
  overlayPlaces: z.record(displayName, overlayPlace.nullable()).exactOptional(),
});
export type SettingsChange = z.infer<typeof settingsChange>;

/** What a system may refuse of what is set: keys that another program has, a start at login that is not allowed. */
export const REFUSABLE = ['startStop', 'pause', 'startAtLogin'] as const;
export type RefusedSetting = (typeof REFUSABLE)[number];

/** The settings as a face sees them. */
export const settingsView = z.object({
  /** In force now. */
  chosen: settings,
  /** Who decides on a setting in place of the person: an organisation, by its name. */
  locked: z.partialRecord(z.enum(SETTING_NAMES), z.string()),
  /** What the file that could not be read is called now; the person is told of it. Null: there was none since the start. */
  setAside: z.string().nullable(),
  /** What of it is set and not in force, as the system did not take it. */
  refused: z.array(z.enum(REFUSABLE)),
});
export type SettingsView = z.infer<typeof settingsView>;

/** Of a device on which nobody has set anything. */
export const UNTOUCHED_SETTINGS: SettingsView = {
  chosen: DEFAULT_SETTINGS,
  locked: {},
  setAside: null,
  refused: [],
};
