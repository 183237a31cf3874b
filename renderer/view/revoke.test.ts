import { expect, test } from 'vitest';
import { CALLS } from '../../contract/bridge/schema.ts';
import type { ChannelView, Snapshot } from '../../contract/bridge/snapshot.ts';
import { sessionState } from '../../contract/bridge/snapshot.ts';
import { SCENES, snapshotOf } from '../journey/snapshots.ts';
import type { CallUnderWay } from '../store/face.ts';
import { countsOf } from './counts.ts';
import { outcomeOf } from './outcome.ts';
import { revokeOf } from './revoke.ts';

const recording = SCENES.recording();

function waysOf(snapshot: Snapshot, id: string, calls: readonly CallUnderWay[] = []) {
  const channel = snapshot.channels.find((view) => view.id === id);
  if (channel === undefined) throw new Error(`no ${id}`);
  return revokeOf(channel, snapshot, calls);
}

function among(channels: readonly ChannelView[]): Snapshot {
  return snapshotOf(recording.session, { lamp: 'live', channels: [...channels] });
}

test('[P01] what is kept can be stopped, or stopped and erased; what is live only leaves nothing to erase', () => {
  expect(waysOf(recording, 'mic:default')?.ways).toEqual([
    {
      label: 'Stop this channel',
      means:
        'Nothing more of it is captured or delivered. What was stored before stays as agreed. The other channels go on.',
      request: { channelId: 'mic:default', erase: false },
    },
    {
      label: 'Stop it and erase what was stored of it',
      means:
        'It is erased here, and at the media service as soon as it can be reached. Nobody can open it again then.',
      request: { channelId: 'mic:default', erase: true },
    },
  ]);
  expect(waysOf(recording, 'display:1')?.ways).toMatchObject([{ request: { erase: false } }]);
  for (const { request } of waysOf(recording, 'mic:default')?.ways ?? [])
    expect(CALLS['consent.revoke'].request.parse(request)).toEqual(request);
});

test('[P01] it is offered while something is captured, and of what is kept while it is delivered', () => {
  const offered = (id: string) =>
    sessionState.options.filter(
      (state) => waysOf(snapshotOf({ state }, { channels: recording.channels }), id) !== null,
    );
  expect(offered('mic:default')).toEqual(['recording', 'paused', 'delivering']);
  expect(offered('display:1')).toEqual(['recording', 'paused']);
  expect(waysOf(SCENES.delivering(), 'mic:default')?.ways[0]?.means).toBe(
    'Nothing more of it is delivered. What was stored before stays as agreed.',
  );
});

test('what was live only and is lost leaves nothing to take back, what was kept of a lost one does', () => {
  const lost = recording.channels.map((view) => ({ ...view, state: 'lost' as const }));
  expect(waysOf(among(lost), 'display:1')).toBeNull();
  expect(waysOf(among(lost), 'mic:default')?.ways.length).toBe(2);
});

test('the last channel does not promise that others go on, and what was taken back is not offered again', () => {
  const [only] = recording.channels;
  expect(waysOf(among(only === undefined ? [] : [only]), 'mic:default')?.ways[0]?.means).toBe(
    'Nothing more of it is captured or delivered. What was stored before stays as agreed.',
  );
  expect(waysOf(SCENES['recording-revoked'](), 'mic:default')).toBeNull();
});

test('while main has not answered, the button that was pressed says what is being done', () => {
  const call: CallUnderWay = {
    id: 0,
    name: 'consent.revoke',
    request: { channelId: 'mic:default', erase: true },
  };
  expect(waysOf(recording, 'mic:default', [call])).toMatchObject({
    busy: true,
    ways: [{ label: 'Stop this channel' }, { label: 'Erasing it' }],
  });
  expect(waysOf(recording, 'system_audio:default', [call])?.busy).toBe(false);
});

test('[P01] what was taken back is counted as nothing that is captured, and nothing is claimed to be kept of it', () => {
  expect(countsOf(SCENES['recording-revoked']()).map(({ text }) => text)).toEqual(['1 kept', '1 live only']);
  const { session, channels } = SCENES.complete();
  const { trouble = null } = SCENES['recording-revoked']().channels[0] ?? {};
  const revoked = channels.map((view) => (view.id === 'mic:default' ? { ...view, trouble } : view));
  expect(outcomeOf(snapshotOf(session, { channels: revoked }))).toEqual([
    'System audio is kept by Acme.',
    'The service verified every part and signed for it.',
    'The copy on this device is removed.',
    'Display 1 was live only and is gone.',
    'You took your consent back for Microphone.',
  ]);
  const only = revoked.filter((view) => view.id === 'mic:default');
  expect(outcomeOf(snapshotOf(session, { channels: only }))).toEqual([
    'You took your consent back for Microphone.',
  ]);
});
