import { expect, test } from 'vitest';
import { fromOutside, NotHere, toEnd } from './spoken.ts';

const FAILING = [process.execPath, ['-e', 'console.error("no such thing"); process.exit(3)']] as const;

test('a step of our own that fails is a failure, with what it said', async () => {
  const error = await toEnd(...FAILING).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(NotHere);
  expect(String(error)).toContain('ended with 3: no such thing');
  expect(await toEnd('/nowhere/mount', []).catch((reason: unknown) => reason)).not.toBeInstanceOf(NotHere);
});

test('a step that rests on something outside says that it cannot be had here', async () => {
  await expect(fromOutside(...FAILING)).rejects.toThrow(NotHere);
  await expect(fromOutside(...FAILING)).rejects.toThrow('no such thing');
  await expect(fromOutside('/nowhere/debootstrap', [])).rejects.toThrow(NotHere);
});

test('a step that succeeds answers what it printed', async () => {
  expect(await fromOutside(process.execPath, ['-p', '1 + 1'])).toBe('2\n');
});
