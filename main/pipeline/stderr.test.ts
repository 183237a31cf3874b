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
      isZero: false,
    });
    expect(readStderrLine('lavfi.astats.Overall.Peak_level=-inf', 'mic')).toEqual({
      kind: 'level',
      db: SILENCE_DB,
      isZero: true,
    });
    expect(readStderrLine('[pulse @ 0x5]lavfi.astats.Overall.Peak_level=0.0', 'mic')).toEqual({
      kind: 'level',
      db: 0,
      isZero: false,
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

  test.each([
    [
      '[dshow @ 0000023e] Could not run graph (sometimes caused by a device already in use by other application)',
      'mic',
      'win32',
      'device-busy',
    ],
    [
      '[dshow @ 0x1] Could not find audio only device with name [nobody] among source devices of type audio.',
      'mic',
      'win32',
      'device-gone',
    ],
    ['[in#0 @ 0x1] Error opening input: I/O error', 'mic', 'win32', 'device-failed'],
    ['[Parsed_ddagrab_0 @ 0x1] Too many open duplication sessions', 'display', 'win32', 'device-busy'],
    ['[Parsed_ddagrab_0 @ 0x1] Desktop duplication access denied', 'display', 'win32', 'display-locked'],
    ['[Parsed_ddagrab_0 @ 0x1] AcquireNextFrame failed: 887a0026', 'display', 'win32', 'device-failed'],
    ['[gdigrab @ 0x1] Failed to capture image (error 5)', 'display', 'win32', 'display-locked'],
    ['[gdigrab @ 0x1] Failed to capture image (error 6)', 'display', 'win32', 'device-failed'],
    ['[Parsed_ddagrab_0 @ 0x1] Failed to enumerate DXGI output 2', 'display', 'win32', 'device-gone'],
    [
      '[gdigrab @ 0x1] Capture area (2000,0),(2800,600) extends outside window area (0,0),(1280,720)',
      'display',
      'win32',
      'device-gone',
    ],
    [
      '[AVFoundation indev @ 0x7f] Failed to create AV capture input device: Cannot use MacBook Pro Microphone',
      'mic',
      'darwin',
      'permission-denied',
    ],
    [
      '[AVFoundation indev @ 0x7f] Failed to create AV capture input device: It is in another language',
      'mic',
      'darwin',
      'device-failed',
    ],
    ['[AVFoundation indev @ 0x7f] Invalid device index', 'display', 'darwin', 'device-gone'],
    ['Connection failure: Connection refused', 'mic', 'linux', 'sound-server-missing'],
    ['Stream error: No such entity', 'mic', 'linux', 'device-gone'],
  ] as const)('%s on a %s of %s is %s, and final on macOS alone', (line, kind, platform, code) => {
    expect(readStderrLine(line, kind, platform)).toMatchObject({
      kind: 'trouble',
      error: { code },
      isFinal: platform === 'darwin',
    });
  });

  test('what one system says is no trouble on another', () => {
    expect(
      readStderrLine(
        'Could not run graph (sometimes caused by a device already in use by other application)',
        'mic',
      ),
    ) //
      .toBeUndefined();
  });

  test('tells how bright a look at the picture was, and whether it changed', () => {
    expect(readStderrLine('lavfi.signalstats.YAVG=16.1711', 'display')).toEqual({
      kind: 'luma',
      mean: 16.1711,
    });
    expect(readStderrLine('lavfi.signalstats.YDIF=0', 'display')).toEqual({ kind: 'motion', isSame: true });
    expect(readStderrLine('lavfi.signalstats.YDIF=1.2e-05', 'display')).toEqual({
      kind: 'motion',
      isSame: false,
    });
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
    expect(isTelling('lavfi.signalstats.YAVG=16')).toBe(false);
    expect(isTelling('frame:12   pts:57600   pts_time:1.2')).toBe(false);
    expect(isTelling('video:0kB audio:0kB subtitle:0kB')).toBe(false);
    expect(isTelling('mic: Input/output error')).toBe(true);
  });

  test('bounds what it repeats', () => {
    const fact = readStderrLine(`${'x'.repeat(10_000)}: Input/output error`, 'mic');
    expect(fact?.kind === 'trouble' && fact.error.detail?.length).toBe(300);
  });
});
