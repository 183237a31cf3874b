import type { Request } from '../../contract/bridge/bridge.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { LANGUAGES, languageFor } from '../../contract/language.ts';
import type { Settings } from '../../contract/settings.ts';
import type { CallUnderWay } from '../store/face.ts';
import { words } from '../words.ts';

type Change = Request<'settings.change'>;

/** One setting with everything it can be. */
export type SettingChoice = {
  readonly name: 'language' | 'theme';
  readonly title: string;
  /** `lang`: in which language the label is, where it is not that of the face. */
  readonly options: readonly {
    readonly value: string;
    readonly label: string;
    readonly lang?: string;
    readonly change: Change;
  }[];
  /** What the person has just asked for, otherwise what main says. */
  readonly chosen: string;
  /** Who decides on it in place of the person, in words; null: the person does. */
  readonly lockedBy: string | null;
};

/** A global shortcut, as Electron writes it; null: none. */
export type ShortcutChoice = {
  readonly name: keyof Settings['shortcuts'];
  readonly title: string;
  readonly chosen: string | null;
  /** Why it is set and does nothing, in words; null: it does. */
  readonly refused: string | null;
};

/** A setting that is on or off. */
export type SwitchChoice = {
  readonly name: 'notifications' | 'startAtLogin';
  readonly title: string;
  readonly chosen: boolean;
  readonly change: Change;
  readonly refused: string | null;
  readonly lockedBy: string | null;
};

/** What only the desktop app does. */
export type DesktopChoices = {
  readonly shortcuts: readonly ShortcutChoice[];
  readonly shortcutsLockedBy: string | null;
  readonly switches: readonly SwitchChoice[];
};

const THEMES = ['system', 'light', 'dark'] as const;

/** What the person has just asked for, otherwise what main says. */
function asked<N extends keyof Change & keyof Settings>(
  name: N,
  chosen: Settings[N],
  calls: readonly CallUnderWay[],
): Settings[N] {
  const wanted = calls
    .flatMap((call) => (call.name === 'settings.change' ? [call.request[name]] : []))
    .findLast((value) => value !== undefined);
  // A part of a setting is shown when main has made a whole of it.
  return wanted === undefined || typeof wanted === 'object' ? chosen : (wanted as Settings[N]);
}

function lockWords({ settings: { locked } }: Snapshot, name: keyof Settings): string | null {
  const who = locked[name];
  return who === undefined ? null : words.settings.lockedBy(who);
}

/** Null where another host carries main, which does none of it. */
export function desktopChoices(snapshot: Snapshot, calls: readonly CallUnderWay[]): DesktopChoices | null {
  if (snapshot.host !== 'desktop') return null;
  const { chosen, refused } = snapshot.settings;
  const { settings: say } = words;
  return {
    shortcuts: (['startStop', 'pause'] as const).map((name) => ({
      name,
      title: say.shortcut[name],
      chosen: chosen.shortcuts[name],
      refused: refused.includes(name) ? say.refused.keys : null,
    })),
    shortcutsLockedBy: lockWords(snapshot, 'shortcuts'),
    switches: (['notifications', 'startAtLogin'] as const).map((name) => {
      const isOn = asked(name, chosen[name], calls);
      return {
        name,
        title: say[name],
        chosen: isOn,
        change: { [name]: !isOn },
        refused: name === 'startAtLogin' && refused.includes(name) ? say.refused.startAtLogin : null,
        lockedBy: lockWords(snapshot, name),
      };
    }),
  };
}

/** What can be set everywhere, in its order. `preferred`: the system's languages (BCP 47), most wanted first. */
export function settingChoices(
  snapshot: Snapshot,
  calls: readonly CallUnderWay[],
  preferred: readonly string[],
): readonly SettingChoice[] {
  const { settings: say } = words;
  const { chosen } = snapshot.settings;
  const bySystem = say.languages[languageFor('system', preferred)];
  return [
    {
      name: 'language',
      title: say.language,
      options: [
        { value: 'system', label: say.asSystem(bySystem), change: { language: 'system' } },
        ...LANGUAGES.map((value) => ({
          value,
          label: say.languages[value],
          lang: value,
          change: { language: value },
        })),
      ],
      chosen: asked('language', chosen.language, calls),
      lockedBy: lockWords(snapshot, 'language'),
    },
    {
      name: 'theme',
      title: say.theme,
      options: THEMES.map((value) => ({ value, label: say.themes[value], change: { theme: value } })),
      chosen: asked('theme', chosen.theme, calls),
      lockedBy: lockWords(snapshot, 'theme'),
    },
  ];
}
