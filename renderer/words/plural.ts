import type { Language } from '../../contract/language.ts';

/** The form of a word that goes with a number in a language; both that we speak have two forms for what is counted here. */
export function pluralIn(language: Language): (count: number, one: string, other: string) => string {
  const rules = new Intl.PluralRules(language);
  return (count, one, other) => (rules.select(count) === 'one' ? one : other);
}
