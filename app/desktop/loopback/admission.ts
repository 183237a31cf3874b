import { join } from 'node:path';
import {
  type MediaAccessPermissionRequest,
  session,
  type WebContents,
  type WebFrameMain,
} from 'electron/main';
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

/** What a page asks for that wants a device of its own, such as the microphone; a capture of the system names none. */
const DEVICES: ReadonlySet<string | undefined> = new Set(['audio', 'video']);

/**
 * A session of its own for the page that hears the system, apart from the app's, which allows nothing. What is not
 * the page that was admitted, or is it for the second time, is refused. Only after `ready`; once.
 */
export async function openAdmission(distDir: string): Promise<Admission> {
  const apart = session.fromPartition(LOOPBACK_PARTITION);
  let admitted: WebContents | undefined;
  let mayCapture = false;

  /**
   * Electron asks for `media` before it asks for the display (web_contents_permission_helper.cc), with no kind of media where
   * no device is meant. The microphone and the camera are never allowed here.
   */
  function isAllowed(contents: WebContents | null, permission: string, kinds: readonly unknown[]): boolean {
    if (contents === null || contents !== admitted) return false;
    if (permission === 'display-capture') return true;
    return permission === 'media' && !kinds.some((kind) => DEVICES.has(kind as string));
  }

  function isItsPage(frame: WebFrameMain | null): frame is WebFrameMain {
    return frame !== null && frame === admitted?.mainFrame && frame.origin === LOOPBACK_ORIGIN;
  }

  apart.setPermissionCheckHandler((contents, permission, _origin, { mediaType }) =>
    isAllowed(contents, permission, [mediaType]),
  );
  apart.setPermissionRequestHandler((contents, permission, answer, details) => {
    const { mediaTypes = [] }: Partial<MediaAccessPermissionRequest> = details;
    answer(isAllowed(contents, permission, mediaTypes));
  });
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
