import { app, session, type WebContents } from 'electron/main';
import { APP_ORIGIN } from './app-scheme.ts';

/** No page of ours navigates, opens windows or embeds others; whatever tries is an attack or a mistake. */
export function lockContents(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Media never passes through the page, so that it needs no permission at all and nothing from the network. */
export function lockSession(): void {
  const page = session.defaultSession;
  page.setPermissionCheckHandler(() => false);
  page.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  page.setDevicePermissionHandler(() => false);
  page.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayLoad(url) }));
}

function mayLoad(url: string): boolean {
  if (url.startsWith(`${APP_ORIGIN}/`) || url.startsWith('data:image/')) return true;
  return !app.isPackaged && url.startsWith('devtools://');
}
