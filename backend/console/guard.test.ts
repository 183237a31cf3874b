import { expect, test } from 'vitest';
import { pathWithin } from './guard.ts';
import { given, html, plain } from './parts/html.ts';

test.each([
  ['/console/keys', '/console/keys'],
  ['/console/audit?object=cap-1&actor=key%3A1', '/console/audit?object=cap-1&actor=key%3A1'],
  [null, '/console/sessions'],
  ['', '/console/sessions'],
  ['https://evil.example/console/', '/console/sessions'],
  ['//evil.example/console/', '/console/sessions'],
  ['/\\evil.example', '/console/sessions'],
  ['/console/../openapi.json', '/console/sessions'],
  ['/console/%2e%2e/openapi.json', '/console/sessions'],
  ['/console/\n//evil.example', '/console/sessions'],
  ['javascript:alert(1)', '/console/sessions'],
])('from %j one comes to %s', (wanted, expected) => {
  expect(pathWithin(wanted)).toBe(expected);
});

test('what was given is escaped in text and attributes, and what cannot be seen is made visible', () => {
  expect(String(html`<a title="${'"><img onerror=1>'}">${given("<b>'")}</a>`)).toBe(
    '<a title="&quot;&gt;&lt;img onerror=1&gt;"><bdi>&lt;b&gt;&#39;</bdi></a>',
  );
  expect(plain('a\u202Eb\u0000c')).toBe('a⟨U+202E⟩b⟨U+0000⟩c');
  expect(plain('Zoë 👩‍💻 שלום')).toBe('Zoë 👩‍💻 שלום');
});
