import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { registerAppScheme } from '../../app/desktop/app-scheme.ts';
import { loopbackSource } from '../../app/desktop/loopback/loopback-source.ts';
import type { FromPage } from '../../app/desktop/loopback/page/messages.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { PcmChunk, PcmSource, PcmStream } from '../../main/pipeline/pcm-source.ts';
import { fire, tell } from './events.ts';
import { pageCloses, pageSends } from './message-channel.ts';
import { callsOf, freshWorld, only, type World, world } from './world.ts';

vi.mock('electron/main', () => import('./main.ts'));

let distDir = '';
let current: World;

beforeAll(async () => {
  distDir = await mkdtemp(join(tmpdir(), 'tallylight-dist-'));
  await mkdir(join(distDir, 'desktop', 'loopback'), { recursive: true });
  await writeFile(join(distDir, 'desktop', 'loopback', 'index.html'), 'the page');
});
beforeEach(() => {
  current = freshWorld({ platform: 'darwin' });
  registerAppScheme();
  current.isReady = true;
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(world.complaints).toEqual([]);
});
afterAll(() => rm(distDir, { recursive: true }));

type Opened = {
  readonly stream: PcmStream;
  readonly chunks: PcmChunk[];
  readonly ends: TallylightError[];
  readonly opened: () => number;
  /** The page says something on its port. */
  readonly say: (message: unknown) => void;
};

/** Opens the source and waits until the page was told to listen. */
async function listening(source: PcmSource = loopbackSource(distDir, 'darwin')): Promise<Opened> {
  const chunks: PcmChunk[] = [];
  const ends: TallylightError[] = [];
  let opened = 0;
  const before = callsOf('WebContents.executeJavaScript').length;
  const stream = source.open({
    opened: () => opened++,
    chunk: (chunk) => chunks.push(chunk),
    ended: (error) => ends.push(error),
  });
  await vi.waitFor(() => expect(callsOf('WebContents.executeJavaScript')).toHaveLength(before + 1), {
    interval: 1,
  });
  const port = current.ports.at(-1);
  return {
    stream,
    chunks,
    ends,
    opened: () => opened,
    say: (message) => port !== undefined && pageSends(port, message),
  };
}

const sound: FromPage = {
  type: 'sound',
  number: 0,
  startedWallMs: 1_700_000_000_000.5,
  samples: new Float32Array([0.5, -0.5]),
  channels: 2,
  sampleRate: 48_000,
};
const handler = (name: string) => current.sessionHandlers.get(`loopback Session.${name}`);

/** The answer to a page that asks for a capture. */
function askedFor(frame: unknown): unknown {
  const answers: unknown[] = [];
  handler('setDisplayMediaRequestHandler')?.({ frame }, (streams: unknown) => answers.push(streams));
  return only(answers);
}

describe('the window that hears the system', () => {
  test('under the Electron double it is hidden, sandboxed, apart from the app, and never slowed down', async () => {
    const { stream } = await listening();
    expect(only(current.windows).options).toEqual({
      show: false,
      skipTaskbar: true,
      focusable: false,
      width: 16,
      height: 16,
      title: 'Tallylight: system audio',
      webPreferences: {
        preload: join(distDir, 'desktop', 'loopback-preload.cjs'),
        partition: 'loopback',
        backgroundThrottling: false,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        plugins: false,
        spellcheck: false,
        devTools: false,
      },
    });
    expect(callsOf('BrowserWindow.loadURL')).toEqual([['app://loopback/index.html']]);
    expect(callsOf('WebContents.executeJavaScript')).toEqual([['listen()', true]]);
    await stream.close();
  });

  test('under the Electron double its page comes from its own folder under its own policy, and nothing else loads', async () => {
    const { stream } = await listening();
    const page = await current.schemes.get('loopback app')?.(new Request('app://loopback/index.html'));
    expect(await page?.text()).toBe('the page');
    expect(page?.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    const cancelled = (url: string) => {
      const answer = vi.fn();
      current.sessionHandlers.get('loopback WebRequest.onBeforeRequest')?.({ url }, answer);
      return only(answer.mock.calls)[0].cancel;
    };
    expect(
      [
        'app://loopback/worker.js',
        'app://tallylight/index.html',
        'https://example.com/',
        'file:///etc/passwd',
      ].map(cancelled),
    ).toEqual([false, true, true, true]);
    await stream.close();
  });

  test('[P01] under the Electron double a capture is let through once, to its own page, and to no other', async () => {
    const source = loopbackSource(distDir, 'darwin');
    const { stream } = await listening(source);
    const { mainFrame } = only(current.windows);
    expect(askedFor({ origin: 'app://loopback' })).toBeNull();
    await stream.close();

    const again = await listening(source);
    const frame = current.windows.at(-1)?.mainFrame;
    expect(askedFor(mainFrame)).toBeNull();
    await again.stream.close();

    const third = await listening(source);
    const own = current.windows.at(-1)?.mainFrame;
    expect(askedFor(own)).toEqual({ video: own, audio: 'loopback' });
    expect(askedFor(own)).toBeNull();
    await third.stream.close();
    expect(askedFor(own)).toBeNull();
    expect(askedFor(null)).toBeNull();
    expect(askedFor(frame)).toBeNull();
  });

  test.each([
    ['display-capture', {}, true],
    ['media', { mediaTypes: [], mediaType: 'unknown' }, true],
    ['media', { mediaTypes: ['audio'], mediaType: 'audio' }, false],
    ['media', { mediaTypes: ['video'], mediaType: 'video' }, false],
    ['media', { mediaTypes: ['audio', 'video'], mediaType: 'video' }, false],
    ['geolocation', {}, false],
    ['clipboard-read', {}, false],
    ['unknown', {}, false],
  ])(
    '[P01] under the Electron double its page is allowed %s with %o: %s, another page and later nothing',
    async (permission, details, allowed) => {
      const { stream } = await listening();
      const own = only(current.windows).webContents;
      const asked = (who: unknown) => {
        const answers: unknown[] = [
          handler('setPermissionCheckHandler')?.(who, permission, 'app://loopback/', details),
        ];
        const answer = (granted: unknown) => answers.push(granted);
        handler('setPermissionRequestHandler')?.(who, permission, answer, details);
        return answers;
      };
      expect(asked(own)).toEqual([allowed, allowed]);
      expect(asked({ id: 99 })).toEqual([false, false]);
      expect(asked(null)).toEqual([false, false]);
      expect(handler('setDevicePermissionHandler')?.({ deviceType: 'hid' })).toBe(false);
      await stream.close();
      expect(asked(own)).toEqual([false, false]);
    },
  );

  test('under the Electron double sound passes as it came, and what was taken is told', async () => {
    const { stream, say, chunks, opened } = await listening();
    say({ type: 'opened', by: 'processor' });
    say(sound);
    say({ ...sound, number: 1 });
    expect(opened()).toBe(1);
    const { startedWallMs, samples, channels, sampleRate } = sound as Extract<FromPage, { type: 'sound' }>;
    expect(chunks).toEqual([0, 1].map(() => ({ startedWallMs, samples, channels, sampleRate })));
    expect(only(current.ports).sent).toEqual([
      { type: 'taken', number: 0 },
      { type: 'taken', number: 1 },
    ]);
    await stream.close();
  });

  test.each([
    ['half a frame', { ...sound, samples: new Float32Array(3) }],
    ['no samples', { ...sound, samples: new Float32Array(0) }],
    ['samples that are none', { ...sound, samples: [0.5, -0.5] }],
    ['six channels', { ...sound, channels: 6 }],
    ['no rate', { ...sound, sampleRate: 0 }],
    ['a word of its own', { type: 'hello' }],
    ['nothing', null],
  ])('under the Electron double a page that says %s is closed, and it is told', async (_what, message) => {
    const { say, ends, chunks } = await listening();
    say(message);
    expect(only(ends)).toMatchObject({ code: 'device-failed' });
    expect(chunks).toEqual([]);
    expect(only(current.windows).destroyed).toBe(true);
  });

  test.each([
    ['darwin', 'refused', 'permission-denied'],
    ['win32', 'refused', 'permission-denied'],
    ['darwin', 'track-ended', 'permission-denied'],
    ['win32', 'track-ended', 'device-failed'],
    ['darwin', 'no-sound', 'device-failed'],
    ['darwin', 'clock', 'device-failed'],
    ['darwin', 'failed', 'device-failed'],
  ] as const)(
    'under the Electron double on %s the end “%s” before any sound is %s',
    async (platform, why, code) => {
      const { say, ends } = await listening(loopbackSource(distDir, platform));
      say({ type: 'opened', by: 'processor' });
      say({ type: 'ended', why, detail: 'NotAllowedError' });
      expect(only(ends)).toMatchObject({ code, detail: expect.stringContaining('NotAllowedError') });
      expect(only(current.windows).destroyed).toBe(true);
    },
  );

  test('under the Electron double a track that ends after it was heard is a device that failed', async () => {
    const { say, ends } = await listening();
    say({ type: 'opened', by: 'processor' });
    say(sound);
    say({ type: 'ended', why: 'track-ended', detail: '' });
    expect(only(ends)).toMatchObject({ code: 'device-failed' });
  });

  test('under the Electron double closing lets the page send what it has, then destroys its window', async () => {
    const { stream, say, chunks, ends } = await listening();
    const closing = stream.close();
    expect(only(current.ports).sent).toEqual([{ type: 'close' }]);
    expect(only(current.windows).destroyed).toBe(false);
    say(sound);
    say({ type: 'ended', why: 'closed', detail: '' });
    await closing;
    expect(chunks).toHaveLength(1);
    expect(ends).toEqual([]);
    expect(only(current.windows).destroyed).toBe(true);
  });

  test('under the Electron double a page that does not answer is not waited for', async () => {
    const { stream } = await listening();
    await stream.close();
    expect(only(current.windows).destroyed).toBe(true);
    expect(only(current.ports).isClosed).toBe(true);
  });

  test('under the Electron double a page that crashes, or a window that is closed, is told once', async () => {
    const first = await listening();
    fire(current.windows.at(-1)?.contents ?? '', 'render-process-gone', { reason: 'crashed' });
    tell(current.windows.at(-1)?.key ?? '', 'closed');
    expect(only(first.ends)).toMatchObject({
      code: 'device-failed',
      detail: expect.stringContaining('crashed'),
    });
    await first.stream.close();
  });

  test('[P04] under the Electron double a page that lets go of its port is told: no silence of a device that is not open', async () => {
    const { ends, say } = await listening();
    say({ type: 'opened', by: 'processor' });
    pageCloses(only(current.ports));
    expect(only(ends)).toMatchObject({ code: 'device-failed' });
    expect(only(current.windows).destroyed).toBe(true);
  });

  test('[P04] under the Electron double a page that says nothing for seconds is told, one that is there is not', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
    const { ends, say } = await listening();
    say({ type: 'opened', by: 'processor' });
    for (const _second of [1, 2, 3, 4, 5, 6]) {
      await vi.advanceTimersByTimeAsync(1_000);
      say({ type: 'alive' });
    }
    expect(ends).toEqual([]);
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    expect(only(ends)).toMatchObject({ code: 'device-failed' });
  });

  test('under the Electron double a script that fails in the page is told, without its words', async () => {
    current.runScript = async () => {
      throw new Error('a secret place');
    };
    const { ends } = await listening();
    await vi.waitFor(() => expect(ends).toHaveLength(1), { interval: 1 });
    expect(only(ends)).toMatchObject({ code: 'device-failed' });
    expect(only(ends).detail).not.toContain('secret');
    expect(only(current.windows).destroyed).toBe(true);
  });

  test('under the Electron double a source that is closed before its window is there never opens one', async () => {
    const stream = loopbackSource(distDir, 'darwin').open({
      opened: () => undefined,
      chunk: () => undefined,
      ended: () => undefined,
    });
    await stream.close();
    await new Promise(setImmediate);
    await vi.waitFor(() => expect(current.schemes.has('loopback app')).toBe(true), { interval: 1 });
    await new Promise(setImmediate);
    expect(current.windows).toEqual([]);
  });
});
