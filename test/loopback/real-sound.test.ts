import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleLoopback } from '../../app/desktop/bundle.ts';
import { heard } from '../../app/desktop/loopback/heard.ts';
import type { FromPage, Sound } from '../../app/desktop/loopback/page/messages.ts';
import { microphoneToneHz, openStage, type Stage } from '../../app/launch/stage/stage.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { DEFAULT_FORMAT } from '../../main/pipeline/capture-format.ts';
import { createChannelPipeline } from '../../main/pipeline/channel-pipeline.ts';
import { startSessionClock } from '../../main/pipeline/clock.ts';
import { findFfmpeg } from '../../main/pipeline/ffmpeg-finder.ts';
import type { PcmSource } from '../../main/pipeline/pcm-source.ts';
import { toneOnsets } from '../instruments/tones.ts';
import { type Heard, launchChromium, listen, openPage, type PageServer, servePage } from './chromium-page.ts';

/** Sound of a real sound server through a real Chromium, the page, and the pipeline: what stands in is the permission. */
let stage: Stage;
let browser: Browser;
let server: PageServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-heard-'));
  stage = await openStage({ picture: 'clock-barcode', microphone: 'tone-every-2s', speakers: 'silence' });
  [browser] = await Promise.all([
    launchChromium({ ...process.env, ...stage.env }, ['--auto-accept-camera-and-microphone-capture']),
    bundleLoopback(folder),
  ]);
  server = await servePage(folder);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await stage.close();
  await rm(folder, { recursive: true });
});

/** In place of what the system plays, what its microphone hears. */
const MICROPHONE = `navigator.mediaDevices.getDisplayMedia = async () => {
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  for (const track of document.createElement('canvas').captureStream(1).getTracks()) stream.addTrack(track);
  return stream;
};`;

/** As the desktop host does it, on the other end of the page's port. */
function pageSource(open: (page: Heard) => void): PcmSource {
  return {
    open: (on) => {
      const page = openPage(browser, server.url, { before: [MICROPHONE] }, (message) => {
        const said = heard(message);
        if (said?.type === 'opened') on.opened();
        else if (said?.type === 'sound') on.chunk(said);
      });
      void page.then(async (opened) => {
        open(opened);
        await listen(opened.page);
      });
      return {
        close: async () => {
          const { tell } = await page;
          await tell({ type: 'close' });
        },
      };
    },
  };
}

/** Unix times at which pieces of the page's sound do not follow each other. */
function gapsIn(said: readonly FromPage[]): number[] {
  const pieces = said.filter((message) => message.type === 'sound');
  return pieces.slice(1).flatMap(({ startedWallMs }, index) => {
    const { startedWallMs: from, samples, channels, sampleRate } = pieces[index] as Sound;
    const endMs = from + (samples.length / channels / sampleRate) * 1_000;
    return Math.abs(startedWallMs - endMs) > 5 ? [endMs] : [];
  });
}

test('[P52] sound that a page hears comes to stand where it was played, beside everything else', async () => {
  const clock = startSessionClock();
  const found = await findFfmpeg({ platform: 'linux', env: process.env });
  if (!found.ok) throw new Error(found.error.message);
  const fragments: Fragment[] = [];
  const pages: Heard[] = [];
  const nothing = () => undefined;
  const pipeline = createChannelPipeline({
    channel: {
      id: 'system_audio:default',
      kind: 'system_audio',
      name: 'System audio',
      device: 'loopback',
      isDefault: true,
    },
    sessionId: 'cap-0123456789',
    clock,
    ffmpeg: found.value,
    format: DEFAULT_FORMAT,
    env: process.env,
    platform: 'win32',
    pcm: pageSource((page) => pages.push(page)),
    on: {
      fragment: (fragment) => fragments.push(fragment),
      state: nothing,
      level: nothing,
      gap: nothing,
      trouble: nothing,
      health: nothing,
      content: nothing,
    },
  });
  pipeline.start();
  const recordedMs = () => fragments.reduce((sum, { header }) => sum + header.durationMs, 0);
  await expect.poll(recordedMs, { timeout: 45_000, interval: 50 }).toBeGreaterThan(11_000);
  await pipeline.stop();
  const file = join(folder, 'heard.mp4');
  await writeFile(file, Buffer.concat(fragments.map(({ bytes }) => bytes)));
  const first = fragments.find(({ header }) => header.sequence > 0)?.header.startedAtMs ?? Number.NaN;
  const beeps = (await toneOnsets(file, microphoneToneHz)).map((seconds) => {
    const wallMs = clock.anchorWallMs + first + seconds * 1_000;
    const pastMs = wallMs % 2_000;
    return { wallMs, lateMs: pastMs > 1_000 ? pastMs - 2_000 : pastMs };
  });
  expect(beeps.length).toBeGreaterThanOrEqual(4);
  const gaps = gapsIn(pages.flatMap(({ said }) => said));
  // Only what a busy machine dropped may hide the beginning of a tone, and then the page's own sound shows the gap there.
  const isMisplaced = ({ wallMs, lateMs }: (typeof beeps)[number]) =>
    Math.abs(lateMs) >= 20 && !gaps.some((atMs) => Math.abs(atMs - wallMs) < 150);
  expect(beeps.filter(isMisplaced), JSON.stringify({ beeps, gaps })).toEqual([]);
  expect(pages[0]?.problems).toEqual([]);
});
