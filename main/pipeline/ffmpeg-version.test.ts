import { describe, expect, test } from 'vitest';
import { isAtLeast, parseFfmpegVersion } from './ffmpeg-version.ts';

const banner = (version: string, libavutil: string) =>
  `ffmpeg version ${version} Copyright (c) 2000-2026 the FFmpeg developers\n` +
  `built with gcc 12 (Debian 12.2.0-14)\nlibavutil      ${libavutil} / ${libavutil}\n`;

describe('the version of an ffmpeg', () => {
  test.each([
    ['5.1.9-0+deb12u1', '57. 28.100', 5, 1],
    ['n7.1', '59. 39.100', 7, 1],
    ['6.1.1-essentials_build-www.gyan.dev', '58. 29.100', 6, 1],
    ['7.0.2-static', '59.  8.100', 7, 0],
    ['4.4.2-0ubuntu0.22.04.1', '56. 70.100', 4, 4],
    ['4.2.7-0ubuntu0.1', '56. 31.100', 4, 2],
    ['8.0', '60.  8.100', 8, 0],
    ['N-112233-gabcdef1234', '58. 36.100', 6, 0],
    ['N-55702-g920046abf4', '52. 38.100', 0, 0],
    ['2023-01-12-git-fc263f073e-full_build-www.gyan.dev', '57. 44.100', 5, 0],
  ])('%s is read', (text, libavutil, major, minor) => {
    expect(parseFfmpegVersion(banner(text, libavutil))).toEqual({ major, minor, text });
  });

  test.each(['', 'avconv version 11.12\n', 'ffmpeg version N-1-gabc\n'])(
    '%j is not an ffmpeg we know',
    (output) => {
      expect(parseFfmpegVersion(output)).toBeUndefined();
    },
  );

  test('is compared by major first, then by minor', () => {
    expect(isAtLeast({ major: 4, minor: 4 }, 4, 4)).toBe(true);
    expect(isAtLeast({ major: 4, minor: 3 }, 4, 4)).toBe(false);
    expect(isAtLeast({ major: 5, minor: 0 }, 4, 4)).toBe(true);
    expect(isAtLeast({ major: 5, minor: 1 }, 6, 0)).toBe(false);
  });
});
