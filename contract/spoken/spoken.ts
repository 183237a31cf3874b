import type { Language } from '../language.ts';
import type { Spoken } from './any-language.ts';
import { EN } from './en.ts';
import { ES } from './es.ts';
import type { PERMISSION_EN } from './permission-en.ts';

/** The sentences that more than one room says, by language. */
export const SPOKEN: Readonly<Record<Language, Spoken>> = { en: EN, es: ES };

type Sentences = typeof PERMISSION_EN;
export type SentenceCode = keyof Sentences;

type NameOf<T> = Extract<keyof T, string>;
function namesOf<T extends object>(words: T): [NameOf<T>, ...NameOf<T>[]] {
  return Object.keys(words) as [NameOf<T>, ...NameOf<T>[]];
}
/** What there are sentences for, each by its name. */
export const KEPT = namesOf(EN.kept);
export type Kept = (typeof KEPT)[number];
export const WAITS = namesOf(EN.waits);
export const WARNINGS = namesOf(EN.protection);
/** Why the protection of what is kept here is less than a keychain's. */
export type Warning = (typeof WARNINGS)[number];
export const SENTENCE_CODES = namesOf(EN.permission);

/** A sentence about a permission by what it says, so that whoever shows it finds the words. */
export type Said = { readonly code: SentenceCode; readonly facts: Readonly<Record<string, string>> };

/** The facts are those that this very sentence is about. */
export function said<C extends SentenceCode>(code: C, ...[facts]: Parameters<Sentences[C]>): Said {
  return { code, facts: facts ?? {} };
}

export function sentenceOf({ code, facts }: Said, { permission }: Pick<Spoken, 'permission'>): string {
  // `said` held the facts to the code, which is lost on the way through JSON.
  const words = permission[code] as (facts: Said['facts']) => string;
  return words(facts);
}

/** For the command line, the doctor and the log. */
export function inEnglish(sentence: Said): string {
  return sentenceOf(sentence, EN);
}
