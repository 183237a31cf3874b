import { expect, test } from 'vitest';
import { SCENES, snapshotOf } from '../journey/snapshots.ts';
import { cutsOf, keptBytes, outcomeOf } from './outcome.ts';

const complete = SCENES.complete();

test('says what is kept and verified, what is removed here, and what is gone', () => {
  expect(outcomeOf(complete)).toEqual([
    'Microphone and System audio are kept by Acme.',
    'The service verified every part and signed for it.',
    'The copy on this device is removed.',
    'Display 1 was live only and is gone.',
  ]);
});

test('claims nothing the service has no receipt for', () => {
  const channels = complete.channels.map((channel) => ({
    ...channel,
    deliveredBytes: channel.bytes / 2,
    storedBytes: channel.mode === 'keep' ? channel.bytes : 0,
  }));
  const said = outcomeOf(snapshotOf({ state: 'complete' }, { channels }));
  expect(said).toContain('The service verified 21.1 MB of 42.2 MB.');
  expect(said).toContain('An encrypted copy stays on this device.');
});

test('[P55] says what the service did not take, and that the copy here stays for it alone', () => {
  const channels = complete.channels.map((channel) =>
    channel.kind === 'mic'
      ? {
          ...channel,
          cutBy: 'policy-forbids' as const,
          deliveredBytes: channel.bytes / 2,
          storedBytes: channel.bytes,
        }
      : channel,
  );
  expect(cutsOf({ channels })).toEqual([
    'The service took 9.1 MB of 18.2 MB of Microphone, and no more. The rest is kept here, encrypted.',
  ]);
  expect(outcomeOf(snapshotOf({ state: 'complete' }, { ...complete, channels }))).toEqual([
    'System audio is kept by Acme.',
    'The service verified every part of System audio and signed for it.',
    'The copy of System audio on this device is removed.',
    'Display 1 was live only and is gone.',
  ]);
});

test('[P14] says that nothing was kept when everything was live only', () => {
  const channels = complete.channels.map((channel) => ({ ...channel, mode: 'live' as const }));
  expect(outcomeOf(snapshotOf({ state: 'complete' }, { channels }))[0]).toBe('Nothing was kept.');
});

test('counts only what is kept, and never more delivered than there is', () => {
  const channels = complete.channels.map((channel) => ({ ...channel, deliveredBytes: channel.bytes * 2 }));
  expect(keptBytes(snapshotOf({}, { channels }))).toEqual({ all: 42_234_000, delivered: 42_234_000 });
});
