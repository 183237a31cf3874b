import type { Words } from '../words/en.ts';

/**
 * A language for tests, made of English: longer, with accents, and in brackets. What is on the screen outside of them did not
 * come from the catalogue, what is cut off would be in a longer language, and letters that no font has show as boxes.
 */
const LETTERS: Readonly<Record<string, string>> = {
  a: 'á',
  c: 'ç',
  e: 'é',
  i: 'í',
  n: 'ñ',
  o: 'ö',
  u: 'ü',
  y: 'ý',
  A: 'Å',
  C: 'Ç',
  E: 'É',
  I: 'Î',
  N: 'Ñ',
  O: 'Ø',
  U: 'Û',
  Y: 'Ý',
};
/** Brackets that nothing else on the screen has. */
export const OPENS = '⟦';
export const CLOSES = '⟧';
/** About as much as Spanish and German are longer than English. */
const LONGER = 1.3;
/** Stand for what a sentence is filled with, which stays as it is: nobody's name is translated. */
const FIRST_PLACE = 0xe000;

/** Each word by its share, as a long word is what a narrow panel has to bear. */
function accented(text: string): string {
  const said = text.replaceAll(
    /[\p{L}’]+/gu,
    (word) =>
      [...word].map((letter) => LETTERS[letter] ?? letter).join('') +
      '~'.repeat(Math.round(word.length * (LONGER - 1))),
  );
  return `${OPENS}${said}${CLOSES}`;
}

function place(index: number): string {
  return String.fromCharCode(FIRST_PLACE + index);
}

/** A filling is put in untouched, except where the sentence chooses its words by it. */
function sentence(say: (...facts: unknown[]) => string): (...facts: unknown[]) => string {
  return (...facts) => {
    const held = facts.map((fact, index) => (typeof fact === 'string' ? place(index) : fact));
    return facts.reduce<string>(
      (said, fact, index) => (typeof fact === 'string' ? said.replaceAll(place(index), fact) : said),
      accented(say(...held)),
    );
  };
}

/** Signs and the words of other languages stay as they are. */
const KEPT = new Set(['lampSign', 'languages', 'keys', 'keyNames', 'product']);

function changed(words: unknown): unknown {
  if (typeof words === 'string') return accented(words);
  if (typeof words === 'function') return sentence(words as (...facts: unknown[]) => string);
  if (typeof words !== 'object' || words === null) return words;
  return Object.fromEntries(
    Object.entries(words).map(([name, word]) => [name, KEPT.has(name) ? word : changed(word)]),
  );
}

export function pseudo(english: Words): Words {
  return changed(english) as Words;
}
