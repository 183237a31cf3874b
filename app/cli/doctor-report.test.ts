import { describe, expect, test } from 'vitest';
import { withoutHome } from './doctor-report.ts';

describe('a report that can be shown to others', () => {
  test.each([
    ['/home/anna', '/home/anna/bin/ffmpeg (PATH)', '~/bin/ffmpeg (PATH)'],
    ['/home/anna', 'not on PATH: /usr/bin:/home/anna/bin:/home/anna', 'not on PATH: /usr/bin:~/bin:~'],
    ['/home/anna/', 'data in /home/anna', 'data in ~'],
    ['/root', '/root/.local/share', '~/.local/share'],
    ['C:\\Users\\Anna', 'C:\\Users\\Anna\\AppData\\ffmpeg.exe', '~\\AppData\\ffmpeg.exe'],
    ['C:\\Users\\Anna', 'c:/users/anna/AppData', '~/AppData'],
    ['/Users/anna b', '/Users/anna b/Library', '~/Library'],
  ])('with the home %s, %s is %s', (home, text, shown) => {
    expect(withoutHome({ deep: [text] }, home)).toEqual({ deep: [shown] });
  });

  test.each([
    ['/home/anna', '/home/annabel/bin'],
    ['/home/anna', '/mnt/home/anna/bin'],
    ['/root', '/chroot/root2'],
    ['/', '/usr/bin/ffmpeg'],
    ['', '/usr/bin/ffmpeg'],
  ])('with the home %s, %s stays as it is', (home, text) => {
    expect(withoutHome([text, 1, null], home)).toEqual([text, 1, null]);
  });
});
