import { type Language, languageFor } from '../contract/language.ts';
import type { Settings } from '../contract/settings.ts';
import { en, type Words } from './words/en.ts';
import { es } from './words/es.ts';

const CATALOGUES: Readonly<Record<Language, Words>> = { en, es };

/** The language that is spoken now (BCP 47). A receipt says which one its text is in. */
export let language: Language = 'en';

/**
 * Every word a person reads, and nothing else, in the language that is spoken now; numbers, dates and lists are made in
 * view/format.ts. To be read where it is needed and never kept: another language puts others in their place.
 */
export let words: Words = en;

/** From here on everything is said in this language; what is drawn already has to be drawn again. */
export function speak(wanted: Language): void {
  language = wanted;
  words = CATALOGUES[wanted];
}

/** Speaks what is set, or what the system prefers. */
export function speakAs(set: Settings['language'], preferred: readonly string[]): void {
  speak(languageFor(set, preferred));
}
