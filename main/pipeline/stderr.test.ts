import { describe, expect, test } from 'vitest';
import { isTelling, readStderrLine, SILENCE_DB } from './stderr.ts';

describe('the stderr of ffmpeg', () => {
  test('tells when the first sample was taken', () => {
    const line = '  Duration: N/A, start: 1795395656.507186, bitrate: 768 kb/s';
    expect(readStderrLine(line, 'mic')).toEqual({ kind: 'start', wallMs: 1795395656507.186 });
    expect(readStderrLine('  Duration: N/A, bitrate: 768 kb/s', 'mic')).toEqual({
      kind: 'start',
      wallMs: null,
    });
  });

  test('tells the level, also where another line got in between', () => {
    expect(readStderrLine('lavfi.astats.Overall.Peak_level=-18.061814', 'mic')).toEqual({
      kind: 'level',
      db: -18.061814,
    });
    expect(readStderrLine('lavfi.astats.Overall.Peak_level=-inf', 'mic')).toEqual({
      kind: 'level',
      db: SILENCE_DB,
    });
    expect(readStderrLine('[pulse @ 0x5]lavfi.astats.Overall.Peak_level=0.0', 'mic')).toEqual({
      kind: 'level',
      db: 0,
    });
    expect(readStderrLine('lavfi.astats.Overall.Peak_level=nan', 'mic')).toBeUndefined();
  });

  test.each([
    ['nonesuch: Input/output error', 'mic', 'device-gone'],
    ['mic: No such process', 'mic', 'sound-server-missing'],
    ['mic: No such device or address', 'system_audio', 'sound-server-missing'],
    ['[in#0 @ 0x5581] Error opening input: Input/output error', 'mic', 'device-gone'],
    ['mic: Operation not permitted', 'mic', 'permission-denied'],
    ['[x11grab @ 0x55f4f4a6d980] Cannot open display :999, error 1.', 'display', 'display-server-missing'],
    [':183: Generic error in an external library', 'display', 'display-server-missing'],
    [
      '[x11grab @ 0x5] Capture area 3000x720 at position 0.0 outside the screen size 1280x720',
      'display',
      'device-gone',
    ],
  ] as const)('%s on a %s is %s', (line, kind, code) => {
    expect(readStderrLine(line, kind)).toMatchObject({ kind: 'trouble', error: { code, detail: line } });
  });

  test.each(['Press [q] to stop, [?] for help', 'frame:0    pts:0       pts_time:0', '  Metadata:', ''])(
    '%j tells nothing',
    (line) => {
      expect(readStderrLine(line, 'mic')).toBeUndefined();
      expect(readStderrLine(line, 'display')).toBeUndefined();
    },
  );

  test('keeps levels and statistics out of the last words of a process', () => {
    expect(isTelling('lavfi.astats.Overall.Peak_level=-18.0')).toBe(false);
    expect(isTelling('frame:12   pts:57600   pts_time:1.2')).toBe(false);
    expect(isTelling('video:0kB audio:0kB subtitle:0kB')).toBe(false);
    expect(isTelling('mic: Input/output error')).toBe(true);
  });

  test('bounds what it repeats', () => {
    const fact = readStderrLine(`${'x'.repeat(10_000)}: Input/output error`, 'mic');
    expect(fact?.kind === 'trouble' && fact.error.detail?.length).toBe(300);
  });
});
