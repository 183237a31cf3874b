import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron/main';
import { BRIDGE_CALL, type CallName } from '../../contract/bridge/names.ts';
import { fail, type Result } from '../../contract/result.ts';
import type { Capture } from '../../main/host.ts';
import { APP_ORIGIN } from './app-scheme.ts';
import { causeOf, log } from './log.ts';

/** A page of ours, while its window is there, and what it may ask of main: everything, or these calls. */
export type OwnPage = {
  readonly window: () => BrowserWindow | undefined;
  readonly calls: 'all' | ReadonlySet<string>;
};

/** What the small light has buttons for, and what it shows. The terms are elsewhere, so it cannot agree to them. */
export const OVERLAY_CALLS: ReadonlySet<string> = new Set([
  'snapshot.read',
  'session.pause',
  'session.resume',
  'session.stop',
] satisfies CallName[]);

/** Carries calls of our own pages to main. Anything else that can send IPC is refused before it is read. */
export function attachBridge(pages: readonly OwnPage[], capture: Promise<Capture>): void {
  ipcMain.handle(BRIDGE_CALL, async (event, name: unknown, request: unknown): Promise<Result<unknown>> => {
    const page = pages.find(({ window }) => isItsPage(event, window()));
    if (page === undefined) {
      log('bridge.stranger', { origin: event.senderFrame?.origin ?? null });
      return fail('out-of-scope', 'the caller is not a page of this app');
    }
    if (typeof name !== 'string') return fail('bad-request', 'the name of a call is a string');
    if (page.calls !== 'all' && !page.calls.has(name))
      return fail('out-of-scope', 'this page does not make such calls');
    try {
      return await (await capture).call(name, request);
    } catch (error) {
      log('bridge.bug', { cause: causeOf(error) });
      return fail('internal');
    }
  });
}

function isItsPage({ senderFrame }: IpcMainInvokeEvent, window: BrowserWindow | undefined): boolean {
  if (senderFrame === null || window === undefined || window.isDestroyed()) return false;
  return senderFrame === window.webContents.mainFrame && senderFrame.origin === APP_ORIGIN;
}
