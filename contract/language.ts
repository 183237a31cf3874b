/** The languages in which a face speaks. Apart from the schemas, so that a page can import them without zod. */
export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * The language for what is set and what the system prefers (BCP 47, most wanted first): the first of those that we speak,
 * English where there is none. A dialect is spoken as its language.
 */
export function languageFor(set: Language | 'system', preferred: readonly string[]): Language {
  if (set !== 'system') return set;
  const wanted = preferred.map((tag) => tag.toLowerCase().split(/[-_]/)[0]);
  return wanted.flatMap((tag) => LANGUAGES.filter((language) => language === tag))[0] ?? 'en';
}
