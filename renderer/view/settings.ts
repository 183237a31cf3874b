import type { Request } from '../../contract/bridge/bridge.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { LANGUAGES, languageFor } from '../../contract/language.ts';
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

const THEMES = ['system', 'light', 'dark'] as const;

/** What can be set on the screen, in its order. `preferred`: the system's languages (BCP 47), most wanted first. */
export function settingChoices(
  { settings: { chosen, locked } }: Snapshot,
  calls: readonly CallUnderWay[],
  preferred: readonly string[],
): readonly SettingChoice[] {
  const { settings: say } = words;
  const asked = (name: SettingChoice['name']) =>
    calls
      .flatMap((call) => (call.name === 'settings.change' ? [call.request[name]] : []))
      .findLast((value) => value !== undefined) ?? chosen[name];
  const lockedBy = (name: SettingChoice['name']) => {
    const who = locked[name];
    return who === undefined ? null : say.lockedBy(who);
  };
  const bySystem = say.languages[languageFor('system', preferred)];
  return [
    {
      name: 'language',
      title: say.language,
      options: [
        { value: 'system', label: say.languages.system(bySystem), change: { language: 'system' } },
        ...LANGUAGES.map((value) => ({
          value,
          label: say.languages[value],
          lang: value,
          change: { language: value },
        })),
      ],
      chosen: asked('language'),
      lockedBy: lockedBy('language'),
    },
    {
      name: 'theme',
      title: say.theme,
      options: THEMES.map((value) => ({ value, label: say.themes[value], change: { theme: value } })),
      chosen: asked('theme'),
      lockedBy: lockedBy('theme'),
    },
  ];
}
