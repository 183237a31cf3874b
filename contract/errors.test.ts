import { describe, expect, test } from 'vitest';
import { trouble } from './bridge/snapshot.ts';
import { ERROR_CODES, REMEDIES } from './errors.ts';
import { assertNever, errorOf, fail, ok } from './result.ts';
import { errorEnvelope } from './wire.ts';

describe.each(ERROR_CODES)('%s', (code) => {
  test('has a remedy: a sentence for the person and one that says what to do', () => {
    const { message, action, http, exit } = REMEDIES[code];
    expect(message).toMatch(/^\S.{10,}\.$/s);
    expect(action).toMatch(/^[A-Z].{10,}\.$/s);
    expect(message).not.toBe(action);
    expect(http).toBeGreaterThanOrEqual(400);
    expect(http).toBeLessThan(600);
    expect([1, 2, 3, 4, 5, 6]).toContain(exit);
  });

  test('crosses the bridge and HTTP without losing anything', () => {
    const error = errorOf(code, 'mic:default');
    expect(trouble.parse(JSON.parse(JSON.stringify(error)))).toEqual(error);
    const { message, action, detail } = error;
    const envelope = { success: false, message, error_code: code, action, detail };
    expect(errorEnvelope.parse(envelope)).toEqual(envelope);
  });
});

test('a detail that is not there is not there, rather than undefined', () => {
  expect(Object.keys(errorOf('internal'))).not.toContain('detail');
  expect(fail('not-now', 'paused')).toEqual({ ok: false, error: errorOf('not-now', 'paused') });
  expect(ok(1)).toEqual({ ok: true, value: 1 });
});

test('a case that nobody handles says which', () => {
  expect(() => assertNever({ type: 'new' } as never)).toThrow('{"type":"new"}');
});
