import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { contentOf } from './doctor-content.ts';

const FFMPEG = { path: 'ffmpeg', version: { major: 5, minor: 1, text: '5.1' } } as const;
const env = process.env;
const MIC: Channel = { id: 'mic:default', kind: 'mic', name: '', device: '', isDefault: true };
const SCREEN: Channel = { ...MIC, id: 'display:1', kind: 'display' };

/** One fragment that holds a whole small file, made by ffmpeg. */
function recorded(...args: string[]): readonly Fragment[] {
  const made = spawnSync(
    'ffmpeg',
    ['-v', 'error', ...args, '-movflags', 'empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1'],
    { maxBuffer: 1e8 },
  );
  const header = {
    sessionId: 'cap-0123456789',
    channelId: 'mic:default',
    take: 1,
    sequence: 0,
    startedAtMs: 0,
    durationMs: 0,
    pausedBeforeMs: 0,
    bytes: made.stdout.length,
    sha256: '',
    crc32: '',
  };
  return [{ header, bytes: made.stdout }];
}

const sound = (source: string) => recorded('-f', 'lavfi', '-i', source, '-t', '1', '-c:a', 'libopus');
const picture = (source: string) =>
  recorded('-f', 'lavfi', '-i', source, '-t', '1', '-pix_fmt', 'yuv420p', '-c:v', 'libx264');

describe('what decoding a recording shows', () => {
  test('a tone has the peak it was made with', async () => {
    const content = await contentOf(sound('aevalsrc=0.5*sin(2*PI*440*t):s=48000'), MIC, FFMPEG, env);
    if (content?.kind !== 'sound') throw new Error('no sound');
    expect(content.isDigitalSilence).toBe(false);
    expect(content.peakDb).toBeGreaterThan(-7);
    expect(content.peakDb).toBeLessThan(-5);
    expect(content.decodedMs).toBeGreaterThan(950);
    expect(content.decodedMs).toBeLessThan(1_050);
  });

  test('digital silence is told as such', async () => {
    expect(await contentOf(sound('anullsrc=r=48000'), MIC, FFMPEG, env)).toMatchObject({
      peakDb: null,
      isDigitalSilence: true,
    });
  });

  test.each([
    ['black', 'color=black:r=15:s=320x240', { isBlack: true, changes: 0, frames: 15 }],
    ['a still picture', 'color=gray:r=15:s=320x240', { isBlack: false, changes: 0, frames: 15 }],
    ['a moving picture', 'testsrc2=r=15:s=320x240', { isBlack: false, changes: 14, frames: 15 }],
  ])('%s is told as such', async (_what, source, expected) => {
    expect(await contentOf(picture(source), SCREEN, FFMPEG, env)).toMatchObject(expected);
  });

  test('one bright spot on a black screen is not black', async () => {
    const spot = picture('color=black:r=15:s=640x480,drawbox=x=300:y=200:w=40:h=40:color=white:t=fill');
    expect(await contentOf(spot, SCREEN, FFMPEG, env)).toMatchObject({ isBlack: false });
  });

  test('a pointer alone on a black screen is black', async () => {
    const area = { x: 0, y: 0, width: 1280, height: 720 };
    const cross =
      'drawbox=x=640:y=352:w=2:h=16:color=white:t=fill,drawbox=x=633:y=359:w=16:h=2:color=white:t=fill';
    const content = await contentOf(
      picture(`color=black:r=15:s=1280x720,${cross}`),
      { ...SCREEN, area },
      FFMPEG,
      env,
    );
    if (content?.kind !== 'picture') throw new Error('no picture');
    expect(content.brightest).toBeGreaterThan(8);
    expect(content.isBlack).toBe(true);
  });

  test('nothing, rubbish, and a program that is not there are nothing', async () => {
    const [whole] = sound('anullsrc=r=48000');
    if (whole === undefined) throw new Error('no recording');
    const rubbish = [{ ...whole, bytes: Buffer.from('no media') }];
    expect(await contentOf([], MIC, FFMPEG, env)).toBeNull();
    expect(await contentOf(rubbish, MIC, FFMPEG, env)).toBeNull();
    expect(await contentOf([whole], MIC, { ...FFMPEG, path: '/no/ffmpeg' }, env)).toBeNull();
  });
});
