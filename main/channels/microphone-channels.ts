import type { Channel } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';
import { EN } from '../../contract/spoken/en.ts';
import { distinctSlugs } from './channel-slug.ts';
import { soundsLikeLoopback } from './loopback-names.ts';

export type Microphone = {
  /** What is opened, or what it is found by. */
  readonly device: string;
  readonly name: string;
  readonly address?: string;
};

/** The device that the system uses by default, as far as it said: one of those listed, none of those, or nothing. */
export type DefaultMicrophone =
  | { readonly kind: 'listed'; readonly device: string }
  | { readonly kind: 'other' }
  | { readonly kind: 'not-said' };

/**
 * `mic:default` first, where it is sure which that is, then every microphone by name. Where nobody says which is the
 * default, the only one there is stands for it; of several, the first is preselected under its own name and no more is
 * claimed. What sounds like a loopback is never the default: what is agreed to as a microphone must not turn out to be
 * the far side of a call.
 */
export function microphoneChannels(microphones: readonly Microphone[], system: DefaultMicrophone): Channel[] {
  const slugs = distinctSlugs(microphones.map(({ device, name }) => ({ key: device, name })));
  const ordinary = microphones.filter(({ name }) => !soundsLikeLoopback(name));
  const only = microphones.length === 1 && system.kind === 'not-said' ? ordinary[0] : undefined;
  const said = system.kind === 'listed' ? ordinary.find(({ device }) => device === system.device) : undefined;
  const standard = said ?? only;

  const named = microphones.map(
    (microphone, index): Channel => ({
      ...microphone,
      id: `mic:${slugs[index]}`,
      kind: 'mic',
      isDefault: standard === undefined && microphone === ordinary[0],
    }),
  );
  if (standard === undefined) return named;
  const name = `${EN.channel.defaultMicrophone} (${standard.name})`;
  return [{ ...standard, id: 'mic:default', kind: 'mic', name, isDefault: true }, ...named];
}

/** Microphones without those of which two have one device: opened by it, either could be recorded. */
export function distinctMicrophones(listed: readonly Microphone[]): {
  readonly microphones: readonly Microphone[];
  /** Why the others are not among them, or why there is none. */
  readonly missing: readonly TallylightError[];
} {
  if (listed.length === 0) return { microphones: [], missing: [errorOf('microphone-missing')] };
  const isAlone = ({ device }: Microphone) => listed.filter((other) => other.device === device).length === 1;
  const twins = listed.filter((microphone) => !isAlone(microphone)).map(({ name }) => name);
  const missing = [...new Set(twins)].map((name) =>
    errorOf(
      'ffmpeg-lacks-device',
      `two microphones are both called "${name}", and this ffmpeg does not tell them apart`,
    ),
  );
  return { microphones: listed.filter(isAlone), missing };
}
