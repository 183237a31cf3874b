import { isDeepStrictEqual } from 'node:util';
import { fail, ok, type Result } from '../../contract/result.ts';
import {
  DEFAULT_SETTINGS,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type Settings,
  type SettingsChange,
  type SettingsView,
} from '../../contract/settings.ts';
import type { Log } from '../host.ts';
import { type Kept, settingsFile } from './file.ts';

/** Settings that an organisation decides on, and its name as the person reads it. */
export type Managed = { readonly by: string; readonly values: Partial<Settings> };

export type SettingsParts = {
  readonly dataDir: string;
  readonly now: () => Date;
  readonly log: Log;
  readonly onChange: () => void;
  /** The first that decides on a setting has it. */
  readonly managed?: readonly Managed[];
};

/** What is set on this device. */
export type OpenSettings = {
  /** What the system refused is for whoever asks it to add. */
  readonly view: () => SettingsView;
  /**
   * Takes effect when it is on the disk. Errors: `setting-locked`, `shortcut-twice`, `settings-unwritable`; then nothing of
   * it was changed.
   */
  readonly change: (change: SettingsChange) => Promise<Result<void>>;
};

/** Never fails: where the file cannot be used the defaults apply, it is set aside as it is, and the view says so. */
export async function openSettings(parts: SettingsParts): Promise<OpenSettings> {
  const { log, managed = [] } = parts;
  const file = settingsFile(parts.dataDir, parts.now);
  const read = await file.read();
  if (read.setAside !== null) log('settings.set-aside', { file: read.setAside });
  let kept = read.kept;
  let changing: Promise<unknown> = Promise.resolve();

  const locked: SettingsView['locked'] = Object.fromEntries(
    managed.toReversed().flatMap(({ by, values }) => Object.keys(values).map((name) => [name, by])),
  );
  const decided: Partial<Settings> = Object.assign({}, ...managed.toReversed().map(({ values }) => values));
  let chosen = inForce(kept, decided);

  async function change(wanted: SettingsChange): Promise<Result<void>> {
    const held = SETTING_NAMES.find((name) => wanted[name] !== undefined && locked[name] !== undefined);
    if (held !== undefined) return fail('setting-locked', held);
    const next = changed(kept, wanted);
    const { startStop, pause } = inForce(next, decided).shortcuts;
    if (startStop !== null && startStop === pause) return fail('shortcut-twice', startStop);
    if (isDeepStrictEqual(next, kept)) return ok(undefined);
    const written = await file.write(next);
    if (!written.ok) return written;
    kept = next;
    chosen = inForce(kept, decided);
    parts.onChange();
    return ok(undefined);
  }

  return {
    view: () => ({ chosen, locked, setAside: read.setAside, refused: [] }),
    change: (wanted) => {
      const done = changing.then(() => change(wanted));
      changing = done;
      return done;
    },
  };
}

/** What another version wrote and this one does not understand counts as not set, and stays in the file. */
function inForce(kept: Kept, decided: Partial<Settings>): Settings {
  const values = SETTING_NAMES.map((name) => {
    const value = decided[name] ?? kept[name];
    const parsed = SETTINGS[name].safeParse(isParts(value) ? { ...partsOf(name), ...value } : value);
    return [name, parsed.success ? parsed.data : DEFAULT_SETTINGS[name]];
  });
  return Object.fromEntries(values) as Settings;
}

function partsOf(name: SettingName): Kept {
  const value: unknown = DEFAULT_SETTINGS[name];
  return isParts(value) ? value : {};
}

/** The file's content with the change in it. Parts that are not spoken of stay, those that become null are forgotten. */
function changed(kept: Kept, wanted: SettingsChange): Kept {
  const next = Object.entries(wanted).map(([name, value]) => {
    const before = kept[name];
    if (!isParts(value)) return [name, value];
    const merged = { ...(isParts(before) ? before : {}), ...value };
    return [name, Object.fromEntries(Object.entries(merged).filter(([, part]) => part !== null))];
  });
  return { ...kept, ...Object.fromEntries(next) };
}

function isParts(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
