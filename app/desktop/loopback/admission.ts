import { join } from 'node:path';
import { session, type WebContents, type WebFrameMain } from 'electron/main';
import { serveStatic } from '../static-files.ts';
import { LOOPBACK_POLICY } from './policy.ts';

export const LOOPBACK_ORIGIN = 'app://loopback';
export const LOOPBACK_PAGE = `${LOOPBACK_ORIGIN}/index.html`;
/** Without `persist:` it is in memory only. */
export const LOOPBACK_PARTITION = 'loopback';

/** Who may hear what the system plays: one page at a time, and each time once. */
export type Admission = {
  /** The next request of this page for a capture is let through; returns how to take that back. */
  readonly admit: (contents: WebContents) => () => void;
};

/** A capture is asked for by the second, after both are allowed in general. */
const PERMISSIONS: ReadonlySet<string> = new Set(['media', 'display-capture']);

/**
 * A session of its own for the page that hears the system, apart from the app's, which allows nothing. What is not
 * the page that was admitted, or is it for the second time, is refused. Only after `ready`; once.
 */
export async function openAdmission(distDir: string): Promise<Admission> {
  const apart = session.fromPartition(LOOPBACK_PARTITION);
  let admitted: WebContents | undefined;
  let mayCapture = false;

  function isAdmitted(contents: WebContents | null, permission: string): boolean {
    return contents !== null && contents === admitted && PERMISSIONS.has(permission);
  }

  function isItsPage(frame: WebFrameMain | null): frame is WebFrameMain {
    return frame !== null && frame === admitted?.mainFrame && frame.origin === LOOPBACK_ORIGIN;
  }

  apart.setPermissionCheckHandler(isAdmitted);
  apart.setPermissionRequestHandler((contents, permission, answer) =>
    answer(isAdmitted(contents, permission)),
  );
  apart.setDevicePermissionHandler(() => false);
  apart.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !url.startsWith(`${LOOPBACK_ORIGIN}/`) }),
  );
  apart.setDisplayMediaRequestHandler(({ frame }, answer) => {
    const isLetThrough = mayCapture && isItsPage(frame);
    mayCapture = false;
    // The picture is of the page itself, which is blank: so macOS is not asked for the screen but for its sound alone.
    answer(isLetThrough ? { video: frame, audio: 'loopback' } : null);
  });
  apart.protocol.handle(
    'app',
    await serveStatic(join(distDir, 'desktop', 'loopback'), LOOPBACK_ORIGIN, LOOPBACK_POLICY),
  );
  return {
    admit: (contents) => {
      admitted = contents;
      mayCapture = true;
      return () => {
        if (admitted !== contents) return;
        admitted = undefined;
        mayCapture = false;
      };
    },
  };
}
