import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runToEnd } from './ffmpeg.ts';
import { emptyFolder } from './fixtures.ts';
import { probe } from './probe.ts';

test('a file tells its streams, and from its packets when each begins and how long it lasts', async () => {
  const file = join(await emptyFolder(), 'two.mkv');
  const video = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=10:duration=2'];
  const audio = ['-itsoffset', '0.5', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=1'];
  const output = ['-map', '0:v', '-map', '1:a', '-c:v', 'libx264', '-c:a', 'flac', '-y', file];
  await runToEnd('ffmpeg', ['-v', 'error', ...video, ...audio, ...output]);

  const { format, streams } = await probe(file);
  expect(format).toContain('matroska');
  expect(streams[0]).toMatchObject({ kind: 'video', codec: 'h264', width: 320, height: 180, packets: 20 });
  expect(streams[0]?.startSeconds).toBeCloseTo(0, 2);
  expect(streams[0]?.durationSeconds).toBeCloseTo(2, 2);
  expect(streams[1]).toMatchObject({ kind: 'audio', codec: 'flac', sampleRateHz: 48_000, channels: 1 });
  expect(streams[1]?.startSeconds).toBeCloseTo(0.5, 2);
  expect(streams[1]?.durationSeconds).toBeCloseTo(1, 1);
});

test('a file that holds no media is refused with what ffprobe said', async () => {
  await expect(probe(import.meta.filename)).rejects.toThrow(/Invalid data/);
});
