import { describe, expect, test } from 'vitest';
import { channel } from '../../contract/channel.ts';
import { edidKeyOf } from './monitor-edid.ts';
import { testEdid } from './test-edid.ts';
import type { User32, WindowsSource } from './user32-displays.ts';
import { sourcesOf } from './user32-displays.ts';
import { displaysFromDevices } from './windows-displays.ts';

const GUID = '{e6f07b5f-ee97-4a90-b076-33f57bf4eaa7}';
const dell = (plug: number) => `\\\\?\\DISPLAY#DEL40F0#5&1a2b3c4d&0&UID${plug}#${GUID}`;
const area = (x: number, y: number, width = 1920, height = 1080) => ({ x, y, width, height });
const source = (
  number: number,
  place: ReturnType<typeof area>,
  paths: readonly string[],
  isPrimary = number === 1,
): WindowsSource => ({
  name: `\\\\.\\DISPLAY${number}`,
  isPrimary,
  area: place,
  monitors: paths.map((path) => ({ path })),
});
const output = (adapter: number, number: number, display: number) => ({
  adapter,
  output: number,
  source: `\\\\.\\DISPLAY${display}`,
  hmonitor: String(65536 + display),
});

describe('the displays of Windows', () => {
  test('are one at 100 %, named by its plug', () => {
    const [only, ...more] = displaysFromDevices([source(1, area(0, 0), [dell(4352)])]);
    expect(more).toEqual([]);
    expect(only).toMatchObject({
      id: 'display:1',
      name: 'Display 1',
      device: dell(4352),
      isDefault: true,
      area: area(0, 0),
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(channel.safeParse(only).error).toBeUndefined();
  });

  test('that are of one model are told apart by their plugs, and keep their own names when Windows counts anew', () => {
    const [left, right] = [
      source(1, area(0, 0), [dell(4352)]),
      source(2, area(1920, 0), [dell(4353)], false),
    ];
    const before = displaysFromDevices([left, right]);
    expect(before.map(({ device }) => device)).toEqual([dell(4352), dell(4353)]);
    expect(before[0]?.fingerprint).not.toBe(before[1]?.fingerprint);
    const anew = displaysFromDevices([
      { ...right, name: '\\\\.\\DISPLAY1' },
      { ...left, name: '\\\\.\\DISPLAY5' },
    ]);
    expect(anew.map(({ device, fingerprint }) => [device, fingerprint])).toEqual(
      before.map(({ device, fingerprint }) => [device, fingerprint]),
    );
  });

  test('have the fingerprint of their EDID, so another monitor on the same plug has another', () => {
    const withEdid = (serial: number) => ({
      ...source(1, area(0, 0), []),
      monitors: [{ path: dell(4352), edid: testEdid(serial) }],
    });
    const [one, other] = [1, 2].map((serial) => displaysFromDevices([withEdid(serial)])[0]);
    expect(one?.device).toBe(other?.device);
    expect(one?.fingerprint).not.toBe(other?.fingerprint);
  });

  test('lie in physical pixels at 100, 125, 150 and 200 %, left of and above the primary one too', () => {
    const places = [
      area(0, 0, 3840, 2160),
      area(-1920, 540),
      area(3840, -360, 2560, 1440),
      area(960, -1200, 1920, 1200),
    ];
    const sources = places.map((place, at) => source(at + 1, place, [dell(at)]));
    expect(displaysFromDevices(sources).map(({ area }) => area)).toEqual([
      places[0],
      places[1],
      places[3],
      places[2],
    ]);
  });

  test('may have an odd size', () => {
    const [only] = displaysFromDevices([source(1, area(0, 0, 1367, 769), [dell(1)])]);
    expect(only?.area).toEqual(area(0, 0, 1367, 769));
  });

  test('that mirror each other are each listed, with the same pixels', () => {
    const both = displaysFromDevices([source(1, area(0, 0), [dell(1), dell(2)])]);
    expect(both.map(({ device, area }) => [device, area])).toEqual([
      [dell(1), area(0, 0)],
      [dell(2), area(0, 0)],
    ]);
  });

  test('without a monitor, as of a remote desktop, have their number alone', () => {
    const [only] = displaysFromDevices([source(1, area(0, 0), [])]);
    expect(only).toMatchObject({ device: '\\\\.\\DISPLAY1' });
    expect(only?.fingerprint).toBeUndefined();
  });

  const [first, second] = [source(1, area(0, 0), [dell(1)]), source(2, area(1920, 0), [dell(2)], false)];
  test.each([
    [
      'on one graphics card',
      [output(0, 1, 1), output(0, 0, 2)],
      ['output=1,hmonitor=65537', 'output=0,hmonitor=65538'],
    ],
    ['on two graphics cards', [output(0, 0, 1), output(1, 0, 2)], ['hmonitor=65537', 'hmonitor=65538']],
    ['on the second graphics card', [output(1, 0, 1), output(1, 1, 2)], ['hmonitor=65537', 'hmonitor=65538']],
    ['that DXGI knows in part', [output(0, 0, 1)], [undefined, undefined]],
    ['that DXGI does not know', undefined, [undefined, undefined]],
  ])(
    '%s have their handle, and the number of their output where ffmpeg counts alike',
    (_where, outputs, addresses) => {
      expect(displaysFromDevices([first, second], { outputs }).map(({ address }) => address)) //
        .toEqual(addresses);
    },
  );

  test('are called as the desktop shell calls the one at their place', () => {
    const shell = [
      {
        id: '7',
        label: 'DELL U2720Q',
        isPrimary: true,
        area: { ...area(0, 0), width: area(0, 0).width + 2 },
        scaleFactor: 1.5,
      },
      { id: '8', label: 'Elsewhere', isPrimary: false, area: area(1, 0), scaleFactor: 1 },
    ];
    expect(displaysFromDevices([first, second], { shell }).map(({ name }) => name)).toEqual([
      'Display 1 (DELL U2720Q)',
      'Display 2',
    ]);
  });
});

describe('the records of user32', () => {
  /** As wingdi.h lays them out; an unknown question fails. */
  function user32(): User32 {
    const devices: Record<string, [name: string, flags: number, id: string][]> = {
      'null 0': [
        ['\\\\.\\DISPLAY1', 0x5, 'PCI\\VEN_10DE'],
        ['\\\\.\\DISPLAY2', 0x1, 'PCI\\VEN_10DE'],
        ['\\\\.\\DISPLAY3', 0x0, 'PCI\\VEN_10DE'],
      ],
      '\\\\.\\DISPLAY1 1': [
        ['\\\\.\\DISPLAY1\\Monitor0', 0x0, dell(9)],
        ['\\\\.\\DISPLAY1\\Monitor1', 0x3, dell(1)],
      ],
      '\\\\.\\DISPLAY2 1': [['\\\\.\\DISPLAY2\\Monitor0', 0x1, dell(2)]],
    };
    const modes: Record<string, ReturnType<typeof area>> = {
      '\\\\.\\DISPLAY1': area(0, 0, 3840, 2160),
      '\\\\.\\DISPLAY2': area(-1366, -8, 1366, 768),
    };
    return {
      EnumDisplayDevicesW: (parent, index, out, flags) => {
        const list = devices[`${parent} ${flags}`];
        if (list === undefined || out.readUInt32LE(0) !== 840) throw new Error(`${parent} ${flags}`);
        const [name, state, id] = list[index] ?? ['', 0, ''];
        out.write(`${name}\0`, 4, 'utf16le');
        out.writeUInt32LE(state, 324);
        out.write(`${id}\0`, 328, 'utf16le');
        return index < list.length ? 1 : 0;
      },
      EnumDisplaySettingsExW: (name, mode, out) => {
        const place = modes[name];
        if (place === undefined || mode !== 0xffffffff || out.readUInt16LE(68) !== 220) throw new Error(name);
        out.writeInt32LE(place.x, 76);
        out.writeInt32LE(place.y, 80);
        out.writeUInt32LE(place.width, 172);
        out.writeUInt32LE(place.height, 176);
        return 1;
      },
    };
  }

  test('give the parts of the desktop with the monitors that are on', () => {
    expect(sourcesOf(user32(), (path) => (path === dell(2) ? testEdid(1) : undefined))).toEqual([
      {
        name: '\\\\.\\DISPLAY1',
        isPrimary: true,
        area: area(0, 0, 3840, 2160),
        monitors: [{ path: dell(1) }],
      },
      {
        name: '\\\\.\\DISPLAY2',
        isPrimary: false,
        area: area(-1366, -8, 1366, 768),
        monitors: [{ path: dell(2), edid: testEdid(1) }],
      },
    ]);
  });

  test('name the key under which Windows keeps an EDID', () => {
    expect(edidKeyOf(dell(7))).toBe(
      'SYSTEM\\CurrentControlSet\\Enum\\DISPLAY\\DEL40F0\\5&1a2b3c4d&0&UID7\\Device Parameters',
    );
    expect(edidKeyOf('\\\\.\\DISPLAY1')).toBeUndefined();
    expect(edidKeyOf(`\\\\?\\DISPLAY#..\\..#5&1#${GUID}`)).toBeUndefined();
  });
});
