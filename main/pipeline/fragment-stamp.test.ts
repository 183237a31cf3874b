import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createStamp, opusPreSkipMs } from './fragment-stamp.ts';
import type { Segment } from './splitter.ts';
import { createSplitter } from './splitter.ts';

const IDENTITY = {
  sessionId: 'cap-0123456789',
  channelId: 'mic:default',
  take: 2,
  firstSampleMs: 500,
};
const MUXER = [
  '-movflags',
  'empty_moov+default_base_moof+skip_trailer',
  '-frag_duration',
  '200000',
  '-f',
  'mp4',
];

async function segmentsOf(source: string, encoder: string[]): Promise<readonly Segment[]> {
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    ['-v', 'error', '-f', 'lavfi', '-i', source, ...encoder, ...MUXER, 'pipe:1'],
    { encoding: 'buffer' },
  );
  const segments = createSplitter().push(stdout);
  if (!segments.ok) throw new Error(segments.error.detail);
  return segments.value;
}

describe('the stamp of a take', () => {
  test('places an Opus track by its pre-skip before the first sample, and every fragment after the one before', async () => {
    const segments = await segmentsOf('sine=sample_rate=48000:duration=1', [
      '-c:a',
      'libopus',
      '-application',
      'voip',
    ]);
    const stamp = createStamp(IDENTITY);
    const headers = segments.map((segment) => {
      const fragment = stamp(segment);
      if (!fragment.ok) throw new Error(fragment.error.detail);
      return fragment.value.header;
    });
    expect(segments[0] && opusPreSkipMs(segments[0].bytes)).toBe(6.5);
    expect(
      headers.slice(0, 4).map(({ sequence, startedAtMs, durationMs }) => [sequence, startedAtMs, durationMs]),
    ).toEqual([
      [0, 493.5, 0],
      [1, 493.5, 200],
      [2, 693.5, 200],
      [3, 893.5, 200],
    ]);
  });

  test('leaves a display where its first frame was', async () => {
    const [init, first] = await segmentsOf('testsrc=size=64x64:rate=10:duration=1', [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
    ]);
    const stamp = createStamp({ ...IDENTITY, channelId: 'display:1' });
    expect(init && stamp(init)).toMatchObject({ ok: true, value: { header: { startedAtMs: 500 } } });
    expect(first && stamp(first)).toMatchObject({
      ok: true,
      value: { header: { startedAtMs: 500, durationMs: 200 } },
    });
  });

  test('refuses as a value what carries no time', () => {
    const stamp = createStamp(IDENTITY);
    expect(stamp({ kind: 'media', bytes: new Uint8Array(16) })).toMatchObject({ ok: false });
  });

  test('never places anything before the session', async () => {
    const [init] = await segmentsOf('sine=sample_rate=48000:duration=0.2', ['-c:a', 'libopus']);
    const stamp = createStamp({ ...IDENTITY, firstSampleMs: 2 });
    expect(init && stamp(init)).toMatchObject({ ok: true, value: { header: { startedAtMs: 0 } } });
  });
});
