import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boxesIn, timescaleOf, timingOf } from './mp4.ts';
import { laidOut, type TimelineFragment } from './timeline.ts';

const FRAGMENTED = [
  '-movflags',
  'empty_moov+default_base_moof+skip_trailer',
  '-frag_duration',
  '500000',
  '-f',
  'mp4',
  'pipe:1',
];
const OPUS = ['-c:a', 'libopus', '-b:a', '48k'];
const H264 = [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-pix_fmt',
  'yuv420p',
  '-fps_mode',
  'passthrough',
  '-enc_time_base',
  '1:1000',
  '-g',
  '50',
];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallylight-timeline-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The segments of what ffmpeg makes of a synthetic source: the init segment, then media fragments. */
function segments(source: string, codec: readonly string[]): Uint8Array[] {
  const bytes = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...codec, ...FRAGMENTED]);
  const moofs = boxesIn(bytes).filter(({ type }) => type === 'moof');
  const starts = [0, ...moofs.map(({ offset }) => offset), bytes.length];
  return starts.slice(1).map((end, index) => bytes.subarray(starts[index], end));
}

function take(
  number: number,
  atMs: number,
  pausedBeforeMs: number,
  parts: readonly Uint8Array[],
): TimelineFragment[] {
  const timescale = timescaleOf(parts[0] ?? new Uint8Array()) ?? 0;
  return parts.map((bytes, sequence) => {
    const startedAtMs =
      sequence === 0 ? atMs : atMs + ((timingOf(bytes)?.startTicks ?? 0) / timescale) * 1000;
    return {
      take: number,
      sequence,
      startedAtMs,
      pausedBeforeMs: sequence === 0 ? 0 : pausedBeforeMs,
      bytes,
    };
  });
}

/** When each packet is shown, in seconds, and what a decoder complains about. */
function probed(fragments: readonly TimelineFragment[]): { pts: number[]; errors: string } {
  const file = join(folder, 'out.mp4');
  writeFileSync(file, Buffer.concat([...laidOut(fragments)]));
  const asked = ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file];
  const pts = execFileSync('ffprobe', asked, { encoding: 'utf8' }).trim().split('\n').map(Number.parseFloat);
  const decoded = spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'], { encoding: 'utf8' });
  return { pts, errors: decoded.stderr };
}

describe.each([
  { what: 'sound', source: 'sine=frequency=440:sample_rate=48000', codec: OPUS, stepS: 0.02 },
  { what: 'a screen', source: 'testsrc=size=64x48:rate=25', codec: H264, stepS: 0.04 },
])('takes of $what', ({ source, codec, stepS }) => {
  test('[P05] follow each other without the pause between them', () => {
    const first = take(1, 200, 200, segments(`${source}:duration=2`, codec));
    // Eight seconds of pause: the second take begins 10.2 s after the clock, 2 s after the recording.
    const second = take(2, 10_200, 8200, segments(`${source}:duration=1`, codec));
    const { pts, errors } = probed([...first, ...second]);
    expect(errors).toBe('');
    expect(pts[0]).toBeCloseTo(0, 2);
    expect((pts.at(-1) ?? 0) + stepS).toBeCloseTo(3, 1);
    const steps = pts.slice(1).map((time, index) => time - (pts[index] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(stepS * 1.5);
  });

  test('keep the time in which the channel was lost, so that all channels line up', () => {
    const first = take(1, 0, 0, segments(`${source}:duration=1`, codec));
    const second = take(2, 3500, 0, segments(`${source}:duration=1`, codec));
    const { pts } = probed([...first, ...second]);
    expect((pts.at(-1) ?? 0) + stepS).toBeCloseTo(4.5, 1);
    expect(pts.some((time) => time > 1.1 && time < 3.45)).toBe(false);
  });

  test('never begin before the one before them ended, whatever their clock says', () => {
    const parts = segments(`${source}:duration=1`, codec);
    const { pts } = probed([...take(1, 0, 0, parts), ...take(2, 400, 0, parts)]);
    expect((pts.at(-1) ?? 0) + stepS).toBeCloseTo(2, 1);
    expect([...pts].sort((a, b) => a - b)).toEqual(pts);
  });
});

test('a take of another format cannot follow, and the error names it', () => {
  const small = take(1, 0, 0, segments('testsrc=size=64x48:rate=25:duration=0.2', H264));
  const large = take(7, 500, 0, segments('testsrc=size=128x96:rate=25:duration=0.2', H264));
  expect(() => [...laidOut([...small, ...large])]).toThrow(
    new RangeError('take 7 has another format than the takes before it'),
  );
});

test('media without an init segment, or that is no media, cannot be laid out', () => {
  const parts = take(1, 0, 0, segments('sine=duration=0.5', OPUS));
  expect(() => [...laidOut(parts.slice(1))]).toThrow(RangeError);
  const [init] = parts;
  if (init === undefined) throw new Error('ffmpeg made no init segment');
  expect(() => [...laidOut([init, { ...init, sequence: 1 }])]).toThrow('fragment 1/1');
  expect(() => [...laidOut([{ ...init, bytes: init.bytes.subarray(0, 40) }])]).toThrow('timescale');
});

test('nothing to lay out is nothing', () => {
  expect([...laidOut([])]).toEqual([]);
});
