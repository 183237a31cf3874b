import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Fragment } from '../../contract/fragment.ts';
import { boxesIn, timescaleOf, timingOf } from '../../contract/mp4.ts';
import { TEST_SESSION } from '../vault/test-vault.ts';

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
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-fps_mode', 'passthrough'],
  ...['-enc_time_base', '1:1000', '-g', '10'],
];

export type TestTake = {
  readonly channelId: string;
  readonly take: number;
  /** On the session clock. */
  readonly atMs: number;
  readonly pausedBeforeMs?: number;
  /** For lavfi. */
  readonly source: string;
};

/** A take as a channel records it: what ffmpeg makes of a synthetic source, in fragments. */
export function recordedTake({ channelId, take, atMs, pausedBeforeMs = 0, source }: TestTake): Fragment[] {
  const codec = channelId.startsWith('display') ? H264 : OPUS;
  const bytes = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...codec, ...FRAGMENTED]);
  const starts = [
    0,
    ...boxesIn(bytes).flatMap(({ type, offset }) => (type === 'moof' ? [offset] : [])),
    bytes.length,
  ];
  const timescale = timescaleOf(bytes) ?? 1;
  return starts.slice(1).map((end, sequence) => {
    const piece = bytes.subarray(starts[sequence], end);
    const timing = sequence === 0 ? undefined : timingOf(piece);
    return {
      header: {
        ...{ sessionId: TEST_SESSION, channelId, take, sequence },
        pausedBeforeMs: sequence === 0 ? 0 : pausedBeforeMs,
        startedAtMs: atMs + ((timing?.startTicks ?? 0) / timescale) * 1000,
        durationMs: ((timing?.durationTicks ?? 0) / timescale) * 1000,
        bytes: piece.length,
        sha256: createHash('sha256').update(piece).digest('hex'),
        crc32: crc32(piece).toString(16).padStart(8, '0'),
      },
      bytes: piece,
    };
  });
}
