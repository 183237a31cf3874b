import type { EN } from './en.ts';
import type { PERMISSION_EN } from './permission-en.ts';
import type { Told } from './told.ts';

/**
 * What words in another language have to be, given the English ones: the same names, sentences for sentences, functions of the
 * same facts. A word that is missing does not compile.
 */
export type InAnyLanguage<T> = T extends string
  ? string
  : T extends (...facts: infer F) => string
    ? (...facts: F) => string
    : { readonly [K in keyof T]: InAnyLanguage<T[K]> };

/** Of an error only what is told: whether it can be tried again is the same in every language. */
export type Spoken = InAnyLanguage<Omit<typeof EN, 'errors'>> & {
  readonly errors: { readonly [C in keyof (typeof EN)['errors']]: Told };
};
export type PermissionWords = InAnyLanguage<typeof PERMISSION_EN>;
