import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { ProcessEnv } from './host-env.ts';
import { toolOutput } from './tool-output.ts';
import { parseDisplayName } from './x11-display.ts';
import { askScreenSize } from './x11-handshake.ts';
import type { Monitor } from './x11-monitors.ts';
import { displayChannels, isXWayland, parseMonitors, parseQuery, parseScreenSize } from './x11-monitors.ts';

const WAYLAND =
  'this is a Wayland session, which Tallylight cannot capture yet; log in with an X11 ("Xorg") session';

/** What a screen without RandR is called; Xvfb calls its one output the same. */
const BARE_SCREEN = 'screen';

/** The display channels of the X server that DISPLAY names. Reads no pixel. */
export async function listDisplayChannels(env: ProcessEnv): Promise<Result<Channel[]>> {
  const display = env.DISPLAY ?? '';
  // XWayland answers like any X server, and new ones give their outputs real names: the session type decides.
  if (env.XDG_SESSION_TYPE === 'wayland') return fail('display-server-missing', WAYLAND);
  if (display === '') return fail('display-server-missing', 'DISPLAY is not set');
  if (parseDisplayName(display) === undefined)
    return fail('display-server-missing', `DISPLAY is ${display}, which names no X server`);

  const monitors = await findMonitors(display, env);
  if (typeof monitors === 'string') return fail('display-server-missing', `${display}: ${monitors}`);
  if (isXWayland(monitors)) return fail('display-server-missing', WAYLAND);
  return ok(displayChannels(monitors));
}

async function findMonitors(display: string, env: ProcessEnv): Promise<Monitor[] | string> {
  const list = await toolOutput('xrandr', ['--listmonitors'], env);
  if (list.kind === 'printed') {
    const monitors = parseMonitors(list.stdout);
    if (monitors.length > 0) return monitors;
  }
  if (list.kind !== 'not-installed') {
    const query = await toolOutput('xrandr', ['--query'], env);
    const monitors = query.kind === 'printed' ? parseQuery(query.stdout) : [];
    if (monitors.length > 0) return monitors;
  }
  const whole = await findScreen(display, env);
  return typeof whole === 'string' ? whole : [{ output: BARE_SCREEN, isPrimary: true, area: whole }];
}

async function findScreen(display: string, env: ProcessEnv): Promise<Monitor['area'] | string> {
  const info = await toolOutput('xdpyinfo', [], env);
  const area = info.kind === 'printed' ? parseScreenSize(info.stdout) : undefined;
  if (area !== undefined) return area;
  const name = parseDisplayName(display);
  return name === undefined ? 'names no X server' : askScreenSize(name, env);
}
