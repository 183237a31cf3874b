import { expect, test } from 'vitest';
import { isCompactJws } from './jws.ts';

const encoded = (bytes: readonly number[]) => Buffer.from(bytes).toString('base64url');

test('[P63] a statement has one text: whatever decodes to the same bytes is another', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (const length of [0, 1, 2, 3, 4, 64]) {
    const segment = encoded(Array.from({ length }, (_, at) => (at * 37) % 256));
    expect(isCompactJws(`${segment}.${segment}.${segment}`)).toBe(true);
    for (const last of letters) {
      const other = segment.slice(0, -1) + last;
      const isOne = encoded([...Buffer.from(other, 'base64url')]) === other;
      for (const jws of [`${other}.e30.e30`, `e30.${other}.e30`, `e30.e30.${other}`])
        expect(isCompactJws(jws), jws).toBe(isOne);
    }
  }
  for (const text of [
    '',
    'e30.e30',
    'e30.e30.e30.e30',
    'e30.e30.e30=',
    'e30.e30.e30\n',
    ' e30.e30.e30',
    'e3+.e30.e30',
  ])
    expect(isCompactJws(text), text).toBe(false);
});
