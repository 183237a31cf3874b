import { expect, test } from 'vitest';
import { type ChannelView, gapReason, type SessionState } from '../../contract/bridge/snapshot.ts';
import { SCENES, snapshotOf } from '../journey/snapshots.ts';
import { channelLine } from './channel-line.ts';

function lineOf(channel: ChannelView, state: SessionState, explained: boolean) {
  return channelLine(channel, snapshotOf({ state }), explained);
}

function channelOf(scene: keyof typeof SCENES, id: string): ChannelView {
  const channel = SCENES[scene]().channels.find((view) => view.id === id);
  if (channel === undefined) throw new Error(`${scene} has no ${id}`);
  return channel;
}

const mic = channelOf('recording', 'mic:default');
const display = channelOf('recording', 'display:1');
const reconnecting = channelOf('recording-trouble', 'system_audio:default');

test('what is kept says how much, and how much of it the service does not hold yet', () => {
  expect(lineOf(mic, 'recording', false)).toEqual({
    badge: 'Kept · 18.2 MB',
    tone: 'keep',
    detail: 'All delivered',
  });
  const behind = { ...mic, deliveredBytes: 0, undeliveredSeconds: 3.2 };
  expect(lineOf(behind, 'recording', false).detail).toBe('4 s not yet delivered');
});

test('what is live only says that nothing is on a disk, and afterwards that it is gone', () => {
  expect(lineOf(display, 'recording', false)).toEqual({
    badge: 'Live only',
    tone: 'plain',
    detail: '2560 × 1440 · 15 fps · nothing on disk',
  });
  expect(lineOf({ ...display, state: 'ended' }, 'complete', false).detail).toBe(
    '2560 × 1440 · gone, never on a disk',
  );
});

test('what the service could not take of a live channel is counted in the open', () => {
  expect(lineOf({ ...display, droppedFragments: 3 }, 'recording', false).detail).toContain('3 parts skipped');
});

test('trouble has a word of its own, and is explained once', () => {
  expect(lineOf(reconnecting, 'recording', true)).toEqual({
    badge: 'Reconnecting',
    tone: 'warn',
    detail: '24.0 MB kept · 4 s not yet delivered',
  });
  expect(lineOf(reconnecting, 'recording', false).detail).toBe(reconnecting.trouble?.message);
});

test('a channel that has captured nothing does not claim to be delivered', () => {
  const empty = { ...mic, bytes: 0, deliveredBytes: 0, levelDb: null };
  expect(lineOf({ ...empty, state: 'starting' }, 'starting', false)).toMatchObject({
    badge: 'Starting',
    detail: '',
  });
  expect(lineOf(empty, 'recording', false)).toMatchObject({
    badge: 'Kept',
    detail: 'Nothing captured yet',
  });
});

test('gaps are told with their length and the last reason, in words or not at all', () => {
  const gapped = (lastReason: ChannelView['gaps']['lastReason'], count = 2, seconds = 2.6) =>
    lineOf({ ...mic, gaps: { count, seconds, lastReason } }, 'recording', false).detail;
  expect(gapped('device-gone')).toBe('All delivered · 2 gaps, 3 s: the microphone was unplugged');
  expect(gapped('clock-stepped', 1, 61)).toBe(
    'All delivered · 1 gap, 1 min 1 s: the clock of this computer was set',
  );
  expect(gapped('internal')).toBe('All delivered · 2 gaps, 3 s');
  expect(lineOf(display, 'recording', false).detail).not.toContain('gap');
});

test('no reason of a gap shows as a code', () => {
  for (const kind of ['mic', 'system_audio', 'display'] as const)
    for (const lastReason of gapReason.options)
      expect(
        lineOf({ ...mic, kind, gaps: { count: 1, seconds: 1, lastReason } }, 'recording', false).detail,
      ).not.toContain(lastReason);
});

test('the device behind a default is named, so that one sees where a channel that follows has gone', () => {
  const { channels } = SCENES['recording-gaps']();
  expect(channels[0] && lineOf(channels[0], 'recording', false).detail).toMatch(/^Jabra Evolve2 65 · /);
});

test('[P01] a consent that was taken back shows as that and not as trouble, and claims nothing of what is kept', () => {
  const revoked = channelOf('recording-revoked', 'mic:default');
  expect(lineOf(revoked, 'recording', false)).toEqual({
    badge: 'Taken back',
    tone: 'plain',
    detail: 'You took your consent back · nothing more of it is captured',
  });
});

test('[P01] a channel that a new policy ended says so, and not that something was chosen wrongly', () => {
  const forbidden = channelOf('recording-forbidden', 'display:1');
  expect(lineOf(forbidden, 'recording', false)).toEqual({
    badge: 'Stopped',
    tone: 'warn',
    detail: 'The policy of Acme changed and does not allow this any more. Nothing more of it is captured.',
  });
});
