import type { Area, Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import { displayChannels } from './display-channels.ts';
import type { ProcessEnv } from './host-env.ts';
import { toolOutput } from './tool-output.ts';
import { parseDisplayName } from './x11-display.ts';
import { askScreenSize } from './x11-handshake.ts';
import type { Monitor } from './x11-monitors.ts';
import {
  isXWayland,
  parseEdids,
  parseMonitors,
  parseQuery,
  parseScreenSize,
  placedMonitor,
} from './x11-monitors.ts';

const WAYLAND =
  'this is a Wayland session, which Tallylight cannot capture yet; log in with an X11 ("Xorg") session';

/** What a screen without RandR is called; Xvfb calls its one output the same. */
const BARE_SCREEN = 'screen';

/** Asks for what the X server knows. Without it xrandr makes the graphics card look at every plug, which can take a second. */
const AS_KNOWN = '--current';

/** The display channels of the X server that DISPLAY names. Reads no pixel. Takes about 7 ms. */
export async function listDisplayChannels(env: ProcessEnv): Promise<Result<Channel[]>> {
  const display = env.DISPLAY ?? '';
  // XWayland answers like any X server, and new ones give their outputs real names: the session type decides.
  if (env.XDG_SESSION_TYPE === 'wayland') return fail('display-server-missing', WAYLAND);
  if (display === '') return fail('display-server-missing', 'DISPLAY is not set');
  if (parseDisplayName(display) === undefined)
    return fail('display-server-missing', `DISPLAY is ${display}, which names no X server`);

  // At the same time: of two answers that do not fit together, the next look finds out.
  const [monitors, props] = await Promise.all([
    findMonitors(display, env),
    toolOutput('xrandr', [AS_KNOWN, '--props'], env),
  ]);
  if (typeof monitors === 'string') return fail('display-server-missing', `${display}: ${monitors}`);
  if (isXWayland(monitors)) return fail('display-server-missing', WAYLAND);
  const edids = parseEdids(props.kind === 'printed' ? props.stdout : '');
  return ok(displayChannels(monitors.map((monitor) => placedMonitor(monitor, edids))));
}

async function findMonitors(display: string, env: ProcessEnv): Promise<Monitor[] | string> {
  const list = await toolOutput('xrandr', [AS_KNOWN, '--listmonitors'], env);
  if (list.kind === 'printed') {
    const monitors = parseMonitors(list.stdout);
    if (monitors.length > 0) return monitors;
  }
  if (list.kind !== 'not-installed') {
    const query = await toolOutput('xrandr', [AS_KNOWN, '--query'], env);
    const monitors = query.kind === 'printed' ? parseQuery(query.stdout) : [];
    if (monitors.length > 0) return monitors;
  }
  const area = await findScreen(display, env);
  return typeof area === 'string' ? area : [{ name: BARE_SCREEN, isPrimary: true, area, outputs: [] }];
}

async function findScreen(display: string, env: ProcessEnv): Promise<Area | string> {
  const info = await toolOutput('xdpyinfo', [], env);
  const area = info.kind === 'printed' ? parseScreenSize(info.stdout) : undefined;
  if (area !== undefined) return area;
  const name = parseDisplayName(display);
  return name === undefined ? 'names no X server' : askScreenSize(name, env);
}
