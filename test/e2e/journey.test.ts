import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { microphoneToneHz, speakersToneHz } from '../../app/launch/stage/stage.ts';
import { readAuditLog } from '../../main/audit/log.ts';
import { storyLine } from '../../main/audit/story.ts';
import { decodeClock } from '../instruments/clock.ts';
import { probe } from '../instruments/probe.ts';
import { toneOnsets } from '../instruments/tones.ts';
import { artifacts, downloads, type Face, type House, openFace, openHouse } from './house.ts';
import { activeSeconds, chooseModes, recordTo, sessionIdIn } from './person.ts';

/**
 * A person records their meeting through the window, with a pause. The stage shows the wall clock as a barcode and
 * sounds a tone at every even two seconds of it in the microphone and in the speakers, so that what was captured
 * tells by itself when it was captured.
 */
describe('a meeting recorded through the window', () => {
  let house: House;
  let face: Face;
  let files: ReadonlyMap<string, string>;
  let recordedSeconds = 0;
  const paused = { fromMs: 0, toMs: 0 };

  beforeAll(async () => {
    await mkdir(artifacts, { recursive: true });
    house = await openHouse({
      picture: 'clock-barcode',
      microphone: 'tone-every-2s',
      speakers: 'tone-every-2s',
    });
    face = await openFace(house);
    const { page } = face;
    await page.getByRole('button', { name: /agree and start/i }).waitFor();
    await chooseModes(page, { 'Default microphone': 'Keep', 'System audio': 'Keep', 'Display 1': 'Keep' });
    await page.screenshot({ path: join(artifacts, 'ready.png') });

    await page.getByRole('button', { name: /agree and start/i }).click();
    await recordTo(page, 6);
    await page.screenshot({ path: join(artifacts, 'recording.png') });
    await page.getByRole('button', { name: /^pause/i }).click();
    await page.getByRole('button', { name: /^resume/i }).waitFor();
    await page
      .getByText(/devices released/i)
      .first()
      .waitFor();
    paused.fromMs = Date.now();
    await page.screenshot({ path: join(artifacts, 'paused.png') });
    await page.waitForFunction((until) => Date.now() > until, paused.fromMs + 3000);
    paused.toMs = Date.now();
    await page.getByRole('button', { name: /^resume/i }).click();
    await recordTo(page, 13);
    await page.getByRole('button', { name: /^stop/i }).click();
    await page.getByRole('heading', { name: 'Complete' }).waitFor();
    recordedSeconds = await activeSeconds(house);
    await page.screenshot({ path: join(artifacts, 'complete.png') });
    files = await downloads(house, await sessionIdIn(house));
  }, 180_000);

  afterAll(async () => {
    await face?.close();
    await house?.close();
  });

  function file(channelId: string): string {
    const path = files.get(channelId);
    if (path === undefined) throw new Error(`${channelId} was not stored`);
    return path;
  }

  test('[P12] the downloaded files play and hold the streams they should', async () => {
    expect([...files.keys()].sort()).toEqual(['display:1', 'mic:default', 'system_audio:default']);
    const display = await probe(file('display:1'));
    expect(display.streams).toMatchObject([{ codec: 'h264', width: 1280, height: 720 }]);
    for (const id of ['mic:default', 'system_audio:default'])
      expect((await probe(file(id))).streams).toMatchObject([{ codec: 'opus', sampleRateHz: 48_000 }]);
  });

  test('[P05] every file lasts as long as was recorded without the pause, within 0.3 s', async () => {
    expect(recordedSeconds).toBeGreaterThan(12.5);
    for (const path of files.values()) {
      const [stream] = (await probe(path)).streams;
      const seconds = (stream?.startSeconds ?? 0) + (stream?.durationSeconds ?? 0);
      expect(Math.abs(seconds - recordedSeconds)).toBeLessThan(0.3);
    }
  });

  test('[P05] no picture that was painted during the pause is in the file', async () => {
    const frames = await decodeClock(file('display:1'));
    expect(frames.length).toBeGreaterThan(100);
    expect(
      frames.filter(({ paintedAtMs }) => paintedAtMs > paused.fromMs && paintedAtMs < paused.toMs),
    ).toEqual([]);
  });

  test('[P52] the channels line up within 40 ms, before and after the pause', async () => {
    const frames = await decodeClock(file('display:1'));
    const mic = await toneOnsets(file('mic:default'), microphoneToneHz);
    const speakers = await toneOnsets(file('system_audio:default'), speakersToneHz);
    // The wall time of the recording's zero, as each channel tells it, in the first and in the second take.
    const pauseAtSeconds =
      (frames.find(({ paintedAtMs }) => paintedAtMs > paused.toMs)?.ptsSeconds ?? 0) - 0.05;
    for (const inTake of [(s: number) => s < pauseAtSeconds, (s: number) => s > pauseAtSeconds]) {
      const zeroMs = middle(
        frames.filter((f) => inTake(f.ptsSeconds)).map((f) => f.paintedAtMs - f.ptsSeconds * 1000),
      );
      const offsets = [mic, speakers].map((onsets) =>
        middle(onsets.filter(inTake).map((s) => offTwoSeconds(zeroMs + s * 1000))),
      );
      for (const offset of [...offsets, (offsets[0] ?? 0) - (offsets[1] ?? 0)])
        expect(Math.abs(offset)).toBeLessThan(40);
    }
  });

  test('the audit log of the run reads as a story', async () => {
    const entries = await readAuditLog(house.clientDir);
    expect(entries.ok).toBe(true);
    const story = entries.ok ? entries.value.map((entry) => storyLine(entry).replace(/^\S+ {2}/, '')) : [];
    const tells = (pattern: RegExp) => story.findIndex((line) => pattern.test(line));
    const order = [
      /agreed in the window to .*mic:default kept/,
      /started recording/,
      /mic:default opened, take 1/,
      /mic:default released, take 1/,
      /paused by the person/,
      /resumed at/,
      /mic:default opened, take 2/,
      /stopped by the person/,
      /mic:default delivered and verified/,
      /^tallylight: complete/,
    ].map(tells);
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});

/** Median. */
function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** How far a wall time is from the nearest even two seconds, in milliseconds. */
function offTwoSeconds(wallMs: number): number {
  const past = ((wallMs % 2000) + 2000) % 2000;
  return past > 1000 ? past - 2000 : past;
}
