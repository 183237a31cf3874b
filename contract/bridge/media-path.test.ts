import { expect, test } from 'vitest';
import { mediaPath, mediaWishOf } from './media-path.ts';

test('a path says which media are wanted, and is read back as that', () => {
  const wish = { sessionId: 'cap-1234567890', channelId: 'mic:a/b é', take: 2, from: 0, to: 16 };
  expect(mediaPath(wish)).toBe('/media/cap-1234567890/mic%3Aa%2Fb%20%C3%A9/2/0-16');
  expect(mediaWishOf(mediaPath(wish))).toEqual(wish);
});

test.each([
  '/media/',
  '/media/../1/0-1',
  '/media/cap-1/mic/1/0-1/..',
  '/media/cap-1/mic/-1/0-1',
  '/media/cap-1/mic/1/0',
  '/media/cap-1/%/1/0-1',
  '/media/cap-1/mic/1/0-99999999',
  '/index.html',
])('what is no such path is none: %s', (path) => {
  expect(mediaWishOf(path)).toBeUndefined();
});
