import type { InAnyLanguage, Spoken } from '../../contract/spoken/any-language.ts';
import { EN } from '../../contract/spoken/en.ts';
import { channels } from './en/channels.ts';
import { consent } from './en/consent.ts';
import { notes } from './en/notes.ts';
import { settings } from './en/settings.ts';
import { states } from './en/states.ts';

const own = { ...states, ...channels, ...consent, ...notes, ...settings };

/**
 * Every word a person reads, as each language has to have it: the face's own, and in `spoken` what other rooms say too. The
 * English ones are the measure: a language that lacks one of them does not compile.
 */
export type Words = InAnyLanguage<typeof own> & { readonly spoken: Spoken };

export const en: Words = { ...own, spoken: EN };
