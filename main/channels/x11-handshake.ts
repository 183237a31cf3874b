import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Area } from '../../contract/channel.ts';
import type { ProcessEnv } from './host-env.ts';
import type { DisplayName, XCookie } from './x11-display.ts';
import { cookieFor } from './x11-display.ts';
import { screenFromSetup, setupBytes, setupRequest } from './x11-setup.ts';

const PATIENCE_MS = 3_000;

/**
 * Asks an X server for the size of its screen and hangs up: one request, no window and no pixel read.
 * For machines where neither xrandr nor xdpyinfo is installed. A text says why it did not work.
 */
export async function askScreenSize(display: DisplayName, env: ProcessEnv): Promise<Area | string> {
  const cookie = await readCookie(display, env);
  return new Promise((resolve) => {
    const socket = dial(display);
    const answer = (outcome: Area | string) => {
      socket.destroy();
      resolve(outcome);
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(PATIENCE_MS, () => answer('the X server does not answer'));
    socket.on('error', (error) => answer(error.message));
    socket.on('close', () => resolve('the X server hung up'));
    socket.on('connect', () => socket.write(setupRequest(cookie)));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (setupBytes(received) === undefined) return;
      const screen = screenFromSetup(received, display.screen);
      answer(typeof screen === 'string' ? screen : screen.area);
    });
  });
}

/** Where a display's server listens (X(7)); nothing is said yet. */
export function dial({ host, number }: DisplayName): Socket {
  return host === null ? connect(`/tmp/.X11-unix/X${number}`) : connect(6000 + number, host);
}

export async function readCookie(display: DisplayName, env: ProcessEnv): Promise<XCookie | undefined> {
  const path = env.XAUTHORITY ?? join(env.HOME ?? '/', '.Xauthority');
  return readFile(path).then(
    (file) => cookieFor(file, display.number),
    // A server without access control has no such file; one with it will refuse and say so.
    () => undefined,
  );
}
