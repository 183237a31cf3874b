import { describe, expect, test } from 'vitest';
import { displayChannels } from './display-channels.ts';
import { printedProps, testEdid } from './test-edid.ts';
import {
  isXWayland,
  parseEdids,
  parseMonitors,
  parseQuery,
  parseScreenSize,
  placedMonitor,
} from './x11-monitors.ts';

/** Printed by xrandr 1.5 against Xvfb 21.1. */
const XVFB = 'Monitors: 1\n 0: +screen 1280/339x720/190+0+0  screen\n';
/** The same form with two outputs, the right one primary. */
const TWO = `Monitors: 2
 0: +HDMI-1 1920/527x1080/296+0+120  HDMI-1
 1: +*DP-1 2560/597x1440/336+1920+0  DP-1
`;
/** Printed against Xvfb 21.1 after two calls of `xrandr --setmonitor`: one has no output. */
const MADE_UP = `Monitors: 2
 0: *third 500/264x1000/264+1000+0 
 1: left 1000/264x1000/264+0+0  screen
`;
/** Parts of what xrandr lists for a turned monitor, one with a fractional scale, and one of two tiles. */
const TURNED = `Monitors: 3
 0: +*eDP-1 5120/344x2880/215+0+0  eDP-1
 1: +DP-2 1440/597x2560/336+5120+-320  DP-2
 2: DP-3 5120/597x2880/336+6560+0  DP-3 DP-4
`;

describe('the monitors of an X screen', () => {
  test('are read from xrandr --listmonitors', () => {
    expect(parseMonitors(XVFB)).toEqual([
      {
        name: 'screen',
        isPrimary: false,
        area: { x: 0, y: 0, width: 1280, height: 720 },
        outputs: ['screen'],
      },
    ]);
    expect(parseMonitors(TWO).map(({ isPrimary }) => isPrimary)).toEqual([false, true]);
    expect(parseMonitors(MADE_UP).map(({ name, outputs }) => [name, outputs])).toEqual([
      ['third', []],
      ['left', ['screen']],
    ]);
    expect(parseMonitors("Can't open display :99\n")).toEqual([]);
  });

  test.each([
    ['a', ' 7: +ghost 300/10x200/10+50+60  ghost'],
    ['a 640/300x720/200+0+0  screen', ' 1: +ghost 300/10x200/10+50+60  ghost'],
  ])('[P01] whose name holds a line break and another monitor are not read at all: %s', (name, more) => {
    expect(parseMonitors(`Monitors: 1\n 0: +*${name}\n${more} 640/300x720/200+0+0  screen\n`)).toEqual([]);
    expect(parseMonitors(`Monitors: 1\n 0: +*${name}\n${more}\n`)).toEqual([]);
  });

  test('have the pixels that the screen has, turned and scaled', () => {
    const [, turned, tiled] = parseMonitors(TURNED);
    expect(turned?.area).toEqual({ x: 5120, y: -320, width: 1440, height: 2560 });
    expect(tiled?.outputs).toEqual(['DP-3', 'DP-4']);
  });

  test('are read from xrandr --query where there is no RandR 1.5', () => {
    const text = `Screen 0: minimum 1 x 1, current 1280 x 720, maximum 1280 x 720
screen connected 1280x720+0+0 0mm x 0mm
   1280x720       0.00*
DP-1 connected primary 2560x1440+1280+0 (normal left inverted right x axis y axis) 597mm x 336mm
HDMI-2 disconnected (normal left inverted right x axis y axis)
`;
    expect(parseQuery(text).map(({ name, isPrimary, area }) => [name, isPrimary, area.x])).toEqual([
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
    const left = { device: 'A', isPrimary: false, area: { x: -1280, y: 0, width: 1280, height: 720 } };
    const monitors = parseMonitors(TWO).map((monitor) => placedMonitor(monitor, new Map()));
    const channels = displayChannels([...monitors, left]);
    expect(channels.map(({ id, name, device, isDefault }) => [id, name, device, isDefault])).toEqual([
      ['display:1', 'Display 1', 'DP-1', true],
      ['display:2', 'Display 2', 'A', false],
      ['display:3', 'Display 3', 'HDMI-1', false],
    ]);
    expect(channels[0]?.area).toEqual({ x: 1920, y: 0, width: 2560, height: 1440 });
  });

  test('that mirror each other are each listed, with the same pixels', () => {
    const text = `${XVFB.replace('Monitors: 1', 'Monitors: 2')} 1: +beamer 1280/339x720/190+0+0  HDMI-1\n`;
    const channels = displayChannels(parseMonitors(text).map((one) => placedMonitor(one, new Map())));
    expect(channels.map(({ device }) => device)).toEqual(['screen', 'beamer']);
    expect(channels[0]?.area).toEqual(channels[1]?.area);
  });

  test('of XWayland are told apart', () => {
    expect(isXWayland(parseMonitors('Monitors: 1\n 0: +*XWAYLAND0 1920/340x1080/190+0+0  XWAYLAND0\n'))).toBe(
      true,
    );
    expect(isXWayland(parseMonitors(TWO))).toBe(false);
  });
});

describe('the fingerprint of a monitor', () => {
  const [hdmi, dp] = parseMonitors(TWO);
  const [, , tiled] = parseMonitors(TURNED);
  if (hdmi === undefined || dp === undefined || tiled === undefined)
    throw new Error('the listings are above');
  const printOf = (monitor: typeof hdmi, props: string) =>
    placedMonitor(monitor, parseEdids(props)).fingerprint;

  test('comes from the EDID at its plug', () => {
    const props = printedProps('HDMI-1', testEdid(1)) + printedProps('DP-1', testEdid(2));
    expect(parseEdids(props).get('DP-1')).toEqual(testEdid(2));
    expect(printOf(hdmi, props)).toMatch(/^[0-9a-f]{16}$/);
    expect(printOf(hdmi, props)).not.toBe(printOf(dp, props));
    expect(printOf(hdmi, props)).toBe(printOf(dp, printedProps('DP-1', testEdid(1))));
  });

  test('is not changed by what comes after the base block', () => {
    const long = Buffer.concat([testEdid(1), Buffer.alloc(128, 7)]);
    expect(printOf(hdmi, printedProps('HDMI-1', long))).toBe(
      printOf(hdmi, printedProps('HDMI-1', testEdid(1))),
    );
  });

  test('of one in tiles needs every tile', () => {
    const one = printedProps('DP-3', testEdid(1));
    expect(printOf(tiled, one)).toBeUndefined();
    expect(printOf(tiled, one + printedProps('DP-4', testEdid(2)))).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    ['there is no EDID', 'HDMI-1 connected 1920x1080+0+0\n\tnon-desktop: 0\n'],
    ['it is empty', 'HDMI-1 connected 1920x1080+0+0\n\tEDID: \n\tnon-desktop: 0\n'],
    ['it was read in part', printedProps('HDMI-1', testEdid(1).subarray(0, 64))],
    ['its checksum is wrong', printedProps('HDMI-1', testEdid(1).fill(9, 40, 41))],
    ['it begins otherwise', printedProps('HDMI-1', Buffer.alloc(128))],
  ])('is not known where %s', (_why, props) => {
    expect(printOf(hdmi, props)).toBeUndefined();
  });
});
