import { describe, expect, test } from 'vitest';
import { displayChannels, isXWayland, parseMonitors, parseQuery, parseScreenSize } from './x11-monitors.ts';

/** Printed by xrandr 1.5 against Xvfb 21.1. */
const XVFB = 'Monitors: 1\n 0: +screen 1280/339x720/190+0+0  screen\n';
/** The same form with two outputs, the right one primary. */
const TWO = `Monitors: 2
 0: +HDMI-1 1920/527x1080/296+0+120  HDMI-1
 1: +*DP-1 2560/597x1440/336+1920+0  DP-1
`;

describe('the monitors of an X screen', () => {
  test('are read from xrandr --listmonitors', () => {
    expect(parseMonitors(XVFB)).toEqual([
      { output: 'screen', isPrimary: false, area: { x: 0, y: 0, width: 1280, height: 720 } },
    ]);
    expect(parseMonitors(TWO).map(({ isPrimary }) => isPrimary)).toEqual([false, true]);
    expect(parseMonitors("Can't open display :99\n")).toEqual([]);
  });

  test('are read from xrandr --query where there is no RandR 1.5', () => {
    const text = `Screen 0: minimum 1 x 1, current 1280 x 720, maximum 1280 x 720
screen connected 1280x720+0+0 0mm x 0mm
   1280x720       0.00*
DP-1 connected primary 2560x1440+1280+0 (normal left inverted right x axis y axis) 597mm x 336mm
HDMI-2 disconnected (normal left inverted right x axis y axis)
`;
    expect(parseQuery(text).map(({ output, isPrimary, area }) => [output, isPrimary, area.x])).toEqual([
      ['screen', false, 0],
      ['DP-1', true, 1280],
    ]);
  });

  test('are one screen where only xdpyinfo tells its size', () => {
    const text =
      'screen #0:\n  dimensions:    1280x720 pixels (339x190 millimeters)\n  resolution:    96x96 dots per inch\n';
    expect(parseScreenSize(text)).toEqual({ x: 0, y: 0, width: 1280, height: 720 });
    expect(parseScreenSize('xdpyinfo:  unable to open display ":99".\n')).toBeUndefined();
  });

  test('become displays: the primary one first, then from left to right, in physical pixels', () => {
    const left = { output: 'A', isPrimary: false, area: { x: -1280, y: 0, width: 1280, height: 720 } };
    const channels = displayChannels([...parseMonitors(TWO), left]);
    expect(channels.map(({ id, name, device, isDefault }) => [id, name, device, isDefault])).toEqual([
      ['display:1', 'Display 1', 'DP-1', true],
      ['display:2', 'Display 2', 'A', false],
      ['display:3', 'Display 3', 'HDMI-1', false],
    ]);
    expect(channels[0]?.area).toEqual({ x: 1920, y: 0, width: 2560, height: 1440 });
  });

  test('that mirror each other are one display', () => {
    const [only] = parseMonitors(XVFB);
    expect(only && displayChannels([only, { ...only, output: 'beamer' }])).toHaveLength(1);
  });

  test('of XWayland are told apart', () => {
    expect(isXWayland(parseMonitors(' 0: +*XWAYLAND0 1920/340x1080/190+0+0  XWAYLAND0\n'))).toBe(true);
    expect(isXWayland(parseMonitors(TWO))).toBe(false);
  });
});
