import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));

/** The same content with its keys put in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  );
}

test('the order of keys does not change the text, and nothing is lost', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(shuffled(value) as typeof value)).toBe(text);
      expect(JSON.parse(text)).toEqual(value);
    }),
  );
});

test('keys are sorted by UTF-16 code units at every depth, without white space', () => {
  expect(canonicalJson({ b: [1, { z: null, a: true }], a: 'ä', B: 2, '\u20ac': 3 })).toBe(
    '{"B":2,"a":"ä","b":[1,{"a":true,"z":null}],"€":3}',
  );
});

test('a member that is undefined is as one that is not there', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe(canonicalJson({ b: 1 }));
});

test('other content has another text', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      fc.pre(JSON.stringify(shuffled(a)) !== JSON.stringify(shuffled(b)));
      try {
        expect(a).toEqual(b);
      } catch {
        expect(canonicalJson(a)).not.toBe(canonicalJson(b));
      }
    }),
  );
});
