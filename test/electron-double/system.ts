import { assertPlatform, assertReady, emitter } from './events.ts';
import { type Kind, type Known, listOf, method, oneOf, shape, strict, text, whole } from './strict.ts';
import { type DisplayDouble, world } from './world.ts';

type Access = keyof typeof world.machine.access;
type Point = typeof world.machine.cursor;
type Bounds = DisplayDouble['bounds'];

export const systemPreferences = strict('systemPreferences', {
  getMediaAccessStatus: method(
    'systemPreferences.getMediaAccessStatus',
    [oneOf('microphone', 'screen')],
    (type: Access) => {
      assertPlatform('systemPreferences.getMediaAccessStatus', 'darwin', 'win32');
      return world.machine.platform === 'win32' && type === 'screen' ? 'granted' : world.machine.access[type];
    },
  ),
  askForMediaAccess: method('systemPreferences.askForMediaAccess', [text], async (type: string) => {
    assertPlatform('systemPreferences.askForMediaAccess', 'darwin');
    const answer = world.machine.answers[type];
    if (answer === undefined) throw new Error('Invalid media type');
    return answer;
  }),
} satisfies Known<Electron.SystemPreferences>);

const point: Kind = shape({ x: whole, y: whole } satisfies Known<Electron.Point>);
const size = shape({ width: whole, height: whole } satisfies Known<Electron.Size>);
const rectangle: Kind = shape({
  x: whole,
  y: whole,
  width: whole,
  height: whole,
} satisfies Known<Electron.Rectangle>);
const none: Kind = { fits: (value) => value === null, says: 'null' };

export const screen = strict('screen', {
  ...emitter('Screen'),
  getAllDisplays: ofScreen('getAllDisplays', [], () => world.machine.displays.map(shown)),
  getPrimaryDisplay: ofScreen('getPrimaryDisplay', [], () => world.machine.displays.map(shown)[0]),
  getCursorScreenPoint: ofScreen('getCursorScreenPoint', [], () => ({ ...world.machine.cursor })),
  dipToScreenPoint: ofScreen('dipToScreenPoint', [point], (given: Point) => {
    assertPlatform('screen.dipToScreenPoint', 'win32', 'linux');
    return placed(given, displayAt(given));
  }),
  dipToScreenRect: ofScreen('dipToScreenRect', [none, rectangle], (_window: null, given: Bounds) => {
    assertPlatform('screen.dipToScreenRect', 'win32');
    const display = displayAt(given);
    const { scaleFactor } = display;
    // Chromium's ScaleToEnclosingRect.
    const [width, height] = [Math.ceil(given.width * scaleFactor), Math.ceil(given.height * scaleFactor)];
    return { ...placed(given, display), width, height };
  }),
} satisfies Known<Electron.Screen>);

export const nativeTheme = strict('nativeTheme', {
  ...emitter('NativeTheme'),
  get shouldUseDarkColors() {
    return world.machine.dark;
  },
  get shouldUseDarkColorsForSystemIntegratedUI() {
    assertPlatform('nativeTheme.shouldUseDarkColorsForSystemIntegratedUI', 'darwin', 'win32');
    return world.machine.darkTaskbar;
  },
} satisfies Known<Electron.NativeTheme>);

const captured: Kind = shape({
  types: listOf(oneOf('screen')),
  thumbnailSize: size,
} satisfies Known<Electron.SourcesOptions>);

export const desktopCapturer = strict('desktopCapturer', {
  getSources: method('desktopCapturer.getSources', [captured], async () => {
    assertReady('desktopCapturer.getSources');
    // Electron rejects with a text, not with an error.
    if (world.machine.access.screen !== 'granted') throw 'Failed to get sources.';
    return [];
  }),
} satisfies Known<Electron.DesktopCapturer>);

function ofScreen(name: string, kinds: readonly Kind[], run: (...given: never[]) => unknown) {
  return method(`screen.${name}`, kinds, (...given: never[]) => {
    assertReady(`screen.${name}`);
    return run(...given);
  });
}

function shown({ id, label, bounds, workArea = bounds, scaleFactor }: DisplayDouble): object {
  const made = {
    id,
    label,
    bounds: { ...bounds },
    workArea: { ...workArea },
    scaleFactor,
  } satisfies Known<Electron.Display>;
  return strict('Display', made);
}

function displayAt({ x, y }: Point): DisplayDouble {
  const found = world.machine.displays.find(({ bounds }) => {
    const [right, bottom] = [bounds.x + bounds.width, bounds.y + bounds.height];
    return x >= bounds.x && x < right && y >= bounds.y && y < bottom;
  });
  if (found === undefined) throw new Error('no display of the double is there');
  return found;
}

function placed(given: Point, { bounds, scaleFactor, origin }: DisplayDouble): Point {
  return {
    x: origin.x + Math.floor((given.x - bounds.x) * scaleFactor),
    y: origin.y + Math.floor((given.y - bounds.y) * scaleFactor),
  };
}
