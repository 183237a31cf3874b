import { describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { errorOf } from '../../contract/result.ts';
import { gatherEvidence } from './channel-evidence.ts';

const display = (id: string): Channel => ({ id, kind: 'display', name: id, device: id, isDefault: false });
const [ONE, TWO] = [display('display:1'), display('display:2')];
const SYSTEM: Channel = {
  id: 'system_audio:default',
  kind: 'system_audio',
  name: 'System audio',
  device: 'speakers',
  isDefault: true,
};
const BLACK = errorOf('channel-black');

function gathered(...channels: Channel[]) {
  const told: string[] = [];
  return { told, on: gatherEvidence(channels, (kind, seen) => void told.push(`${kind} ${seen}`)) };
}

describe('what displays show of the permission', () => {
  test('one that is dark denies nothing while another is not known to be', () => {
    const { told, on } = gathered(ONE, TWO);
    on.health(ONE, BLACK);
    expect(told).toEqual([]);
    on.content(TWO);
    on.health(TWO, BLACK);
    expect(told).toEqual(['display content']);
  });

  test('all that are recorded being dark is told, once', () => {
    const { told, on } = gathered(ONE, TWO);
    on.health(ONE, BLACK);
    on.health(TWO, BLACK);
    on.health(TWO, BLACK);
    expect(told).toEqual(['display empty']);
  });

  test('a lost one is no witness, and neither is one whose take has ended', () => {
    const { told, on } = gathered(ONE, TWO);
    on.health(ONE, BLACK);
    on.state(ONE, 'reconnecting');
    on.health(TWO, BLACK);
    expect(told).toEqual([]);
    on.health(ONE, BLACK);
    expect(told).toEqual(['display empty']);
    const other = gathered(ONE, TWO);
    other.on.health(ONE, BLACK);
    other.on.state(TWO, 'lost');
    expect(other.told).toEqual(['display empty']);
  });

  test('no trouble any more is not yet a picture', () => {
    const { told, on } = gathered(ONE);
    on.health(ONE, null);
    on.health(ONE, errorOf('channel-frozen'));
    on.health(ONE, null);
    expect(told).toEqual([]);
  });
});

describe('what the system audio shows', () => {
  const levels = (on: ReturnType<typeof gathered>['on'], count: number, db: number) => {
    for (let level = 0; level < count; level++) on.level(SYSTEM, db);
  };

  test('ten seconds of zeros are told, once, and nothing earlier', () => {
    const { told, on } = gathered(SYSTEM);
    on.state(SYSTEM, 'live');
    levels(on, 99, -120);
    expect(told).toEqual([]);
    levels(on, 1000, -120);
    expect(told).toEqual(['system_audio empty']);
  });

  test('a sound in between, or one that was heard before, makes silence no news', () => {
    const { told, on } = gathered(SYSTEM);
    levels(on, 99, -120);
    on.level(SYSTEM, -90);
    levels(on, 99, -120);
    expect(told).toEqual([]);
    on.content(SYSTEM);
    levels(on, 300, -120);
    expect(told).toEqual(['system_audio content']);
  });
});
