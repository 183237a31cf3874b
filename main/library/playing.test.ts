import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Playable } from '../../contract/bridge/library.ts';
import { recordedTake } from '../export/test-media.ts';
import { done, TEST_SESSION, testFacts, testFolder, testVault } from '../vault/test-vault.ts';
import { mediaTypeOf } from './media-type.ts';
import { playingFrom } from './playing.ts';

/** A microphone of two takes with a pause of ten seconds between them, and a display of one. */
async function recorded() {
  const vault = await testVault(await testFolder());
  const recording = done(await vault.create(testFacts({ title: 'Weekly' })));
  const sound = { channelId: 'mic:default', source: 'sine=frequency=440:duration=2' };
  const picture = { channelId: 'display:1', source: 'testsrc=duration=2:size=320x180:rate=10' };
  const takes = [
    recordedTake({ ...sound, take: 1, atMs: 0 }),
    recordedTake({ ...sound, take: 2, atMs: 12_000, pausedBeforeMs: 10_000 }),
    recordedTake({ ...picture, take: 1, atMs: 100 }),
  ];
  for (const fragment of takes.flat()) done(await recording.append(fragment));
  await recording.close();
  return { takes, playing: playingFrom(vault) };
}

describe('what is played', () => {
  test('lies on the timeline without its pauses, with the type that a browser is asked for', async () => {
    const { playing } = await recorded();
    const playable: Playable = done(await playing.open(TEST_SESSION));
    expect(playable).toMatchObject({ sessionId: TEST_SESSION, title: 'Weekly' });
    const [mic, display] = playable.tracks;
    expect(mic?.takes.map(({ take, type }) => [take, type])).toEqual([
      [1, 'audio/mp4; codecs="opus"'],
      [2, 'audio/mp4; codecs="opus"'],
    ]);
    expect(mic?.takes.map(({ fragments }) => fragments[0]?.atMs)).toEqual([0, 2000]);
    expect(display?.takes[0]?.type).toMatch(/^video\/mp4; codecs="avc1\.[0-9a-f]{6}"$/);
    expect(playable.durationMs).toBeCloseTo(4000, -2);
    await playing.close();
  });

  test('comes piece by piece, as it was recorded, and decodes', async () => {
    const { playing, takes } = await recorded();
    done(await playing.open(TEST_SESSION));
    const first = takes[0] ?? [];
    const wish = { sessionId: TEST_SESSION, channelId: 'mic:default', take: 1, from: 0, to: first.length };
    const whole = done(await playing.read(wish));
    expect(Buffer.from(whole)).toEqual(Buffer.concat(first.map(({ bytes }) => bytes)));
    const decode = ['-v', 'error', '-i', 'pipe:0', '-f', 'null', '-'];
    expect(execFileSync('ffmpeg', decode, { input: whole, encoding: 'utf8' })).toBe('');
    const second = done(await playing.read({ ...wish, from: 1, to: 2 }));
    expect(Buffer.from(second)).toEqual(Buffer.from(first[1]?.bytes ?? []));
    await playing.close();
  });

  test('is of the one recording that is open, and of nothing that it has not', async () => {
    const { playing } = await recorded();
    const wish = { sessionId: TEST_SESSION, channelId: 'mic:default', take: 1, from: 0, to: 1 };
    expect(await playing.read(wish)).toMatchObject({ error: { code: 'recording-unknown' } });
    done(await playing.open(TEST_SESSION));
    expect(await playing.read({ ...wish, sessionId: 'cap-other12345' })).toMatchObject({
      error: { code: 'recording-unknown' },
    });
    for (const wrong of [{ from: 1, to: 1 }, { from: 0, to: 65 }, { take: 9 }, { channelId: 'mic:usb' }])
      expect(await playing.read({ ...wish, ...wrong })).toMatchObject({ error: { code: 'bad-request' } });
    await playing.close('cap-other12345');
    expect(await playing.read(wish)).toMatchObject({ ok: true });
    await playing.close(TEST_SESSION);
    expect(await playing.read(wish)).toMatchObject({ error: { code: 'recording-unknown' } });
  });

  test('is neither sound nor picture that we record: then nothing is claimed', () => {
    expect(mediaTypeOf(Buffer.from('....ftyp'))).toBeUndefined();
    expect(mediaTypeOf(new Uint8Array())).toBeUndefined();
  });
});
