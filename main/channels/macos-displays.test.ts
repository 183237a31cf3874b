import { describe, expect, test } from 'vitest';
import { channel } from '../../contract/channel.ts';
import type { CoreGraphics, MacDisplay } from './core-graphics.ts';
import { displaysOf } from './core-graphics.ts';
import { displayChannels } from './display-channels.ts';
import { addressedDisplays, displaysOfMac } from './macos-displays.ts';

const BUILT_IN: MacDisplay = {
  id: 1,
  isMain: true,
  isBuiltin: true,
  vendor: 0x610,
  model: 0xa050,
  serial: 0,
  unit: 0,
  bounds: { x: 0, y: 0, width: 1512, height: 982 },
  pixels: { width: 3024, height: 1964 },
};
const DELL: MacDisplay = {
  id: 5,
  isMain: false,
  isBuiltin: false,
  vendor: 0x10ac,
  model: 0x40f0,
  serial: 0x4c333030,
  unit: 2,
  bounds: { x: -2560, y: -100, width: 2560, height: 1440 },
  pixels: { width: 2560, height: 1440 },
};
const OTHER_DELL: MacDisplay = { ...DELL, id: 6, unit: 3, bounds: { ...DELL.bounds, x: 1512 } };

const devicesOf = (displays: readonly MacDisplay[]) => displaysOfMac(displays).map(({ device }) => device);

describe('the displays of a Mac', () => {
  test('are named by vendor, model and serial number, a built-in one without a serial number too', () => {
    expect(devicesOf([BUILT_IN, DELL])).toEqual(['built-in-610-a050-0', 'display-10ac-40f0-4c333030']);
  });

  test('keep their names on another plug and in another order', () => {
    expect(devicesOf([{ ...DELL, id: 9, unit: 4, isMain: true }, BUILT_IN])).toEqual(
      devicesOf([BUILT_IN, DELL]).toReversed(),
    );
  });

  test.each([
    ['they have no serial number', 0],
    ['they have the same serial number', 0x01010101],
  ])('that are of one model are told apart by their plugs where %s', (_why, serial) => {
    const names = devicesOf([DELL, OTHER_DELL].map((display) => ({ ...display, serial })));
    expect(new Set(names).size).toBe(2);
    expect(names.map((name) => name.slice(-3))).toEqual(['-u2', '-u3']);
  });

  test('have the pixels of their picture', () => {
    expect(displaysOfMac([BUILT_IN, DELL]).map(({ area }) => area)).toEqual([
      { x: 0, y: 0, width: 3024, height: 1964 },
      { x: -2560, y: -100, width: 2560, height: 1440 },
    ]);
  });

  test('are channels with a fingerprint, called as the desktop shell calls them', () => {
    const shell = [
      { id: '5', label: 'DELL U2720Q', isPrimary: false, area: { ...DELL.bounds }, scaleFactor: 1 },
    ];
    const channels = displayChannels(displaysOfMac([BUILT_IN, DELL], shell));
    expect(channels.map(({ name }) => name)).toEqual(['Display 1', 'Display 2 (DELL U2720Q)']);
    for (const one of channels) expect(channel.safeParse(one).error).toBeUndefined();
    expect(new Set(channels.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });
});

describe('the screens that ffmpeg counts', () => {
  const displays = displaysOfMac([BUILT_IN, DELL]);
  const addressesOf = (...screens: [screen: number, index: number][]) =>
    addressedDisplays(
      displays,
      screens.map(([screen, index]) => ({ screen, index })),
    ).map(({ id, device, address }) => [id, device, address]);

  test('are the displays in the order of the system', () => {
    expect(addressesOf([0, 1], [1, 2])).toEqual([
      ['display:1', 'built-in-610-a050-0', '1'],
      ['display:2', 'display-10ac-40f0-4c333030', '2'],
    ]);
  });

  test.each([
    ['one less', [[0, 1]]],
    [
      'one more',
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    ],
  ] as [string, [number, number][]][])(
    'are sure for the main display alone where there is %s',
    (_what, screens) => {
      expect(addressesOf(...screens)).toEqual([['display:1', 'built-in-610-a050-0', '1']]);
    },
  );

  test('may be none', () => {
    expect(addressesOf()).toEqual([]);
  });
});

test('CoreGraphics is asked for every active display', () => {
  const known = [BUILT_IN, DELL];
  const of = (id: number) => {
    const display = known.find((one) => one.id === id);
    if (display === undefined) throw new Error(`there is no display ${id}`);
    return display;
  };
  const system: CoreGraphics = {
    activeDisplays: () => [1, 5],
    main: () => 1,
    isBuiltin: (id) => of(id).isBuiltin,
    vendor: (id) => of(id).vendor,
    model: (id) => of(id).model,
    serial: (id) => of(id).serial,
    unit: (id) => of(id).unit,
    pixels: (id) => of(id).pixels,
    bounds: (id) => {
      const { x, y, width, height } = of(id).bounds;
      return { origin: { x, y }, size: { width, height } };
    },
  };
  expect(displaysOf(system)).toEqual(known);
});
