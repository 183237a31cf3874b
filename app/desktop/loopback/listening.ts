import { join } from 'node:path';
import { BrowserWindow, MessageChannelMain, type MessagePortMain } from 'electron/main';
import { errorOf, type TallylightError } from '../../../contract/result.ts';
import type { PcmEvents, PcmStream } from '../../../main/pipeline/pcm-source.ts';
import { createWatchdog } from '../../../main/pipeline/watchdog.ts';
import { hardened } from '../hardened.ts';
import { causeOf, log } from '../log.ts';
import { type Admission, LOOPBACK_PAGE, LOOPBACK_PARTITION } from './admission.ts';
import { errorOfEnd, heard } from './heard.ts';
import { ALIVE_EVERY_MS, LOOPBACK_PORT, type Sound, type ToPage } from './page/messages.ts';

export type ListeningParts = {
  readonly admission: Promise<Admission>;
  readonly distDir: string;
  readonly platform: NodeJS.Platform;
};

/** For the page to send what it has; its window is destroyed then, and the device with it. */
const GOODBYE_MS = 300;
/** Silence is sound of an open device only while somebody says that it is open. */
const MUTE_MS = 4 * ALIVE_EVERY_MS;

/** One hidden window that hears the system until it is closed. */
export function openListening({ admission, distDir, platform }: ListeningParts, on: PcmEvents): PcmStream {
  let window: BrowserWindow | undefined;
  let port: MessagePortMain | undefined;
  let dismiss: () => void = () => undefined;
  let state: 'open' | 'closing' | 'over' = 'open';
  let hadSound = false;
  let lostMs = 0;
  const saidGoodbye = Promise.withResolvers<void>();
  const mute = createWatchdog(() => fail('its page does not say anything any more'));

  async function start(): Promise<void> {
    const admitted = await admission;
    if (state !== 'open') return;
    const mine = new BrowserWindow({
      show: false,
      skipTaskbar: true,
      focusable: false,
      width: 16,
      height: 16,
      title: 'Tallylight: system audio',
      webPreferences: {
        ...hardened(join(distDir, 'desktop', 'loopback-preload.cjs')),
        partition: LOOPBACK_PARTITION,
        backgroundThrottling: false,
      },
    });
    window = mine;
    const { webContents } = mine;
    webContents.on('render-process-gone', (_event, { reason }) => fail(`its page is gone: ${reason}`));
    mine.on('closed', () => fail('its window was closed'));
    await mine.loadURL(LOOPBACK_PAGE);
    if (state !== 'open') return;
    const { port1, port2 } = new MessageChannelMain();
    port = port1;
    port1.on('message', ({ data }) => hear(data));
    port1.on('close', () => fail('its page let go of its port'));
    port1.start();
    webContents.postMessage(LOOPBACK_PORT, null, [port2]);
    dismiss = admitted.admit(webContents);
    // The page's own function, as a person's gesture: without one Chromium refuses to capture.
    await webContents.executeJavaScript('listen()', true);
  }

  function hear(data: unknown): void {
    if (state === 'over') return;
    const message = heard(data);
    mute.restart(MUTE_MS);
    switch (message?.type) {
      case 'opened':
        on.opened();
        break;
      case 'alive':
        break;
      case 'sound':
        take(message);
        break;
      case 'lost':
        lostMs += message.milliseconds;
        break;
      case 'ended':
        end(errorOfEnd(message.why, { detail: message.detail, platform, hadSound }));
        break;
      default:
        fail('its page said what it cannot say');
    }
  }

  function take({ number, startedWallMs, samples, channels, sampleRate }: Sound): void {
    hadSound = true;
    on.chunk({ startedWallMs, samples, channels, sampleRate });
    port?.postMessage({ type: 'taken', number } satisfies ToPage);
  }

  function fail(why: string): void {
    end(errorOf('device-failed', `system audio: ${why}`));
  }

  function end(error: TallylightError): void {
    saidGoodbye.resolve();
    if (state !== 'open') return;
    letGo();
    on.ended(error);
  }

  function letGo(): void {
    if (state === 'over') return;
    state = 'over';
    mute.cancel();
    dismiss();
    port?.close();
    if (window?.isDestroyed() === false) window.destroy();
    if (lostMs > 0) log('loopback.lost', { milliseconds: Math.round(lostMs) });
  }

  start().catch((error: unknown) => {
    if (state === 'open') log('loopback.not-opened', { cause: causeOf(error) });
    fail('its page did not open');
  });
  return {
    close: async () => {
      if (state === 'over') return;
      state = 'closing';
      port?.postMessage({ type: 'close' } satisfies ToPage);
      if (port !== undefined) await Promise.race([saidGoodbye.promise, after(GOODBYE_MS)]);
      letGo();
    },
  };
}

function after(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
