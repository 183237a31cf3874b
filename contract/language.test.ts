import { expect, test } from 'vitest';
import { languageFor } from './language.ts';

test('what is set is spoken, whatever the system prefers', () => {
  expect(languageFor('es', ['en-US'])).toBe('es');
  expect(languageFor('en', ['es-ES'])).toBe('en');
});

test('otherwise the first of the preferred languages that there is, in any dialect', () => {
  expect(languageFor('system', ['es-MX', 'en'])).toBe('es');
  expect(languageFor('system', ['de-CH', 'ES', 'en'])).toBe('es');
  expect(languageFor('system', ['es_419.UTF-8'])).toBe('es');
  expect(languageFor('system', ['est-EE'])).toBe('en');
  expect(languageFor('system', [])).toBe('en');
});
