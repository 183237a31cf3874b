import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron/main';
import { BRIDGE_CALL } from '../../contract/bridge/names.ts';
import { fail, type Result } from '../../contract/result.ts';
import type { Capture } from '../../main/host.ts';
import { APP_ORIGIN } from './app-scheme.ts';
import { causeOf, log } from './log.ts';

/** Carries calls of the window's own page to main. Anything else that can send IPC is refused before it is read. */
export function attachBridge(window: BrowserWindow, capture: Promise<Capture>): void {
  ipcMain.handle(BRIDGE_CALL, async (event, name: unknown, request: unknown): Promise<Result<unknown>> => {
    if (!isOwnPage(event, window)) {
      log('bridge.stranger', { origin: event.senderFrame?.origin ?? null });
      return fail('out-of-scope', 'the caller is not the page of this app');
    }
    if (typeof name !== 'string') return fail('bad-request', 'the name of a call is a string');
    try {
      return await (await capture).call(name, request);
    } catch (error) {
      log('bridge.bug', { cause: causeOf(error) });
      return fail('internal');
    }
  });
}

function isOwnPage({ senderFrame }: IpcMainInvokeEvent, window: BrowserWindow): boolean {
  if (senderFrame === null || window.isDestroyed()) return false;
  return senderFrame === window.webContents.mainFrame && senderFrame.origin === APP_ORIGIN;
}
