import { expect, test } from 'vitest';
import { exportArguments } from './arguments.ts';
import type { Part, Track } from './tracks.ts';

async function* nothing() {
  // These tests read none of it.
}
const part = (width?: number): Part => ({
  bytes: 1,
  size: width === undefined ? undefined : { width, height: (width / 16) * 9 },
  pieces: nothing,
});
const mic: Track = { channelId: 'mic:default', kind: 'mic', name: 'Microphone', parts: [part()] };
const screen: Track = { channelId: 'display:1', kind: 'display', name: '-v error', parts: [part(1280)] };
const said = (tracks: readonly Track[], asRecorded = false) =>
  exportArguments(
    { tracks, asRecorded, title: 'Weekly', startedAt: '2026-03-01T10:00:00.000Z' },
    'file:/x/-o.mp4',
  ).join(' ');

test('video is copied, sound is AAC, chapters come last, and names are values only', () => {
  expect(said([screen, mic])).toBe(
    '-v error -nostdin -copyts -i pipe:3 -i pipe:4 -f ffmetadata -i pipe:5 ' +
      '-filter_complex [1:a]aresample=async=1:min_hard_comp=0.01:first_pts=0[a1] ' +
      '-map 0:v -c:v:0 copy -metadata:s:v:0 handler_name=-v error -metadata:s:v:0 title=-v error ' +
      '-map [a1] -c:a:0 aac -b:a 160k -metadata:s:a:0 handler_name=Microphone -metadata:s:a:0 title=Microphone ' +
      '-map_metadata 2 -map_chapters 2 -metadata title=Weekly -metadata creation_time=2026-03-01T10:00:00.000Z ' +
      '-movflags +faststart -f mp4 -y file:/x/-o.mp4',
  );
});

test('as recorded every part is a track of its own and nothing is encoded', () => {
  const args = said([{ ...screen, parts: [part(640), part(1280)] }, mic], true);
  expect(args).not.toContain('-filter_complex');
  expect(args.match(/-map \d:[va] -c:[va]:\d copy/g)).toEqual([
    '-map 0:v -c:v:0 copy',
    '-map 1:v -c:v:1 copy',
    '-map 2:a -c:a:0 copy',
  ]);
});

test('parts of several sizes become one track in the largest; parts of sound are mixed', () => {
  const args = said([
    { ...screen, parts: [part(640), part(1280), part(320)] },
    { ...mic, parts: [part(), part()] },
  ]);
  expect(args.match(/scale=1280:720/g)).toHaveLength(3);
  expect(args).toContain('[fit0][fit1][fit2]interleave=n=3[v0]');
  expect(args).toContain('[fit3][fit4]amix=duration=longest:normalize=0:inputs=2[a3]');
  expect(args).toContain(
    '-map [v0] -c:v:0 libx264 -preset veryfast -crf 18 -pix_fmt yuv420p -fps_mode:v:0 passthrough',
  );
});
