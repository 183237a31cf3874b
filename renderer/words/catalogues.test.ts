import { expect, test } from 'vitest';
import { CLOSES, OPENS, pseudo } from '../journey/pseudo.ts';
import { en } from './en.ts';
import { es } from './es.ts';

const FACTS = { subject: 'app', kind: 'microphone', socket: '{socket}', plug: '{plug}', sandbox: 'Flatpak' };

/** Every sentence by its path, each filled with places that can be found again. */
function sentences(words: unknown, path = ''): [string, string][] {
  if (typeof words === 'string') return [[path, words]];
  if (typeof words === 'function') {
    const places = Array.from({ length: words.length }, (_, index) => `{${index}}`);
    const facts = path.startsWith('.spoken.permission') ? [FACTS] : places;
    return [[path, String(Reflect.apply(words, undefined, facts))]];
  }
  if (typeof words !== 'object' || words === null) return [];
  return Object.entries(words).flatMap(([name, word]) => sentences(word, `${path}.${name}`));
}

const english = new Map(sentences(en));
const spanish = new Map(sentences(es));
const both = [...english].map(([path, said]) => ({ path, said, dicho: spanish.get(path) ?? '' }));

/** Signs, units, names, and what is the same word. */
const SAME =
  /^\.(product|lampSign\..*|units\..*|keys\.mac|keyNames\.\w+|settings\.languages\.(en|es)|channels\.decibels|line\.(pixels|gapsBecause)|action\.\w+)$/;

test('there is a Spanish word for every English one, and no other', () => {
  const told = (path: string) => !/^\.spoken\.errors\.[^.]+\.(retryable|http|exit)$/.test(path);
  expect([...spanish.keys()].sort()).toEqual([...english.keys()].filter(told).sort());
});

test('what is the same in both languages is no sentence', () => {
  expect(both.filter(({ path, said, dicho }) => said === dicho && !SAME.test(path))).toEqual([]);
});

test('no language raises its voice, and each ends a sentence where the other does', () => {
  for (const { path, said, dicho } of both) {
    expect({ path, loud: /[!¡]/.test(said + dicho) }).toEqual({ path, loud: false });
    expect({ path, end: dicho.match(/[.?]$/)?.[0] }).toEqual({ path, end: said.match(/[.?]$/)?.[0] });
  }
});

test('each fact that is told in English is told in Spanish too', () => {
  const placesIn = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
  for (const { path, said, dicho } of both)
    expect({ path, places: placesIn(dicho) }).toEqual({ path, places: placesIn(said) });
});

test('a name of a setting, a program or a file is the same in both languages', () => {
  const termsIn = (text: string) =>
    [...new Set(text.match(/TALLYLIGHT_\w+|--[a-z-]+|`[^`]+`|\b[A-Z]{3,}_\w+|https:\/\//g))].sort();
  for (const { path, said, dicho } of both)
    expect({ path, terms: termsIn(dicho) }).toEqual({ path, terms: termsIn(said) });
});

test('an hour has its article in Spanish', () => {
  expect(es.recording.started('14:19')).toBe('Empezó a las 14:19');
  expect(es.recording.started('1:05')).toBe('Empezó a la 1:05');
  expect(es.note.offlineSince('13:05')).toContain('desde las 13:05');
});

test('the pseudo-locale puts every word in brackets, and leaves what it is filled with as it is', () => {
  const made = pseudo(en);
  expect(made.lamp.trouble).toBe(`${OPENS}Ñééds~~ á löök~${CLOSES}`);
  expect(made.delivering.left('3 min')).toBe(`${OPENS}3 min léft~ tö~ délívér~~.${CLOSES}`);
  expect(made.terms.days('1', 1)).toBe(`${OPENS}1 dáý~${CLOSES}`);
  expect(made.recordingOf(null, 'today')).toContain('thé~ réçördíñg~~~ öf~ today');
});
