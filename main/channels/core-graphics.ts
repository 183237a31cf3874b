import type { Area } from '../../contract/channel.ts';
import type { Koffi } from '../../native-permissions/native-library.ts';
import { firstLineOf, koffiProblem, loadKoffi } from '../../native-permissions/native-library.ts';

/** A display as CoreGraphics describes it. */
export type MacDisplay = {
  /** CGDirectDisplayID: the same while it is plugged in; Electron's `display.id`. */
  readonly id: number;
  readonly isMain: boolean;
  readonly isBuiltin: boolean;
  readonly vendor: number;
  readonly model: number;
  /** 0 where the display has none, as a laptop's own. */
  readonly serial: number;
  /** Number of the framebuffer it hangs on. */
  readonly unit: number;
  /** In points of the whole desktop. */
  readonly bounds: Rectangle;
  /** Of the picture, which on a Retina display has more pixels than points. */
  readonly pixels: Pick<Area, 'width' | 'height'>;
};

type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

type CGRect = {
  readonly origin: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
};

/** CGDirectDisplay.h of macOS; believed, not measured: nothing of it ran on a Mac. */
export type CoreGraphics = {
  readonly activeDisplays: () => readonly number[];
  readonly main: () => number;
  readonly isBuiltin: (id: number) => boolean;
  readonly vendor: (id: number) => number;
  readonly model: (id: number) => number;
  readonly serial: (id: number) => number;
  readonly unit: (id: number) => number;
  readonly bounds: (id: number) => CGRect;
  readonly pixels: (id: number) => Pick<Area, 'width' | 'height'>;
};

const LIBRARY = '/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics';
/** More than any Mac drives. */
const MOST_DISPLAYS = 64;

let coreGraphics: CoreGraphics | undefined;

/** The displays in the order of CGGetActiveDisplayList, the main one first; a text says why it cannot be asked. */
export function macDisplays(): readonly MacDisplay[] | string {
  const koffi = loadKoffi();
  if (koffi === undefined) return koffiProblem() ?? 'koffi is not there';
  try {
    coreGraphics ??= bind(koffi);
  } catch (error) {
    return firstLineOf(error);
  }
  return displaysOf(coreGraphics);
}

/** The same by given functions of the system. */
export function displaysOf(system: CoreGraphics): readonly MacDisplay[] {
  const main = system.main();
  return system.activeDisplays().map((id) => {
    const { origin, size } = system.bounds(id);
    return {
      id,
      isMain: id === main,
      isBuiltin: system.isBuiltin(id),
      vendor: system.vendor(id),
      model: system.model(id),
      serial: system.serial(id),
      unit: system.unit(id),
      bounds: { x: origin.x, y: origin.y, width: size.width, height: size.height },
      pixels: system.pixels(id),
    };
  });
}

function bind(koffi: Koffi): CoreGraphics {
  const library = koffi.load(LIBRARY);
  const point = koffi.struct({ x: 'double', y: 'double' });
  const size = koffi.struct({ width: 'double', height: 'double' });
  const rectangle = koffi.struct({ origin: point, size });
  const activeList = library.func(
    'int32_t CGGetActiveDisplayList(uint32_t most, void *displays, _Out_ uint32_t *count)',
  );
  const copyMode = library.func('void *CGDisplayCopyDisplayMode(uint32_t display)');
  const modeWidth = library.func('size_t CGDisplayModeGetPixelWidth(void *mode)');
  const modeHeight = library.func('size_t CGDisplayModeGetPixelHeight(void *mode)');
  const releaseMode = library.func('void CGDisplayModeRelease(void *mode)');
  const wide = library.func('size_t CGDisplayPixelsWide(uint32_t display)');
  const high = library.func('size_t CGDisplayPixelsHigh(uint32_t display)');
  const isBuiltin = library.func('uint32_t CGDisplayIsBuiltin(uint32_t display)');
  const number = (name: string) => library.func(`uint32_t ${name}(uint32_t display)`);
  return {
    activeDisplays: () => {
      const out = Buffer.alloc(MOST_DISPLAYS * 4);
      const count: [number] = [0];
      if (activeList(MOST_DISPLAYS, out, count) !== 0) return [];
      return Array.from({ length: Math.min(count[0], MOST_DISPLAYS) }, (_, at) => out.readUInt32LE(at * 4));
    },
    main: library.func('uint32_t CGMainDisplayID()'),
    isBuiltin: (id) => isBuiltin(id) !== 0,
    vendor: number('CGDisplayVendorNumber'),
    model: number('CGDisplayModelNumber'),
    serial: number('CGDisplaySerialNumber'),
    unit: number('CGDisplayUnitNumber'),
    bounds: library.func('CGDisplayBounds', rectangle, ['uint32_t']),
    pixels: (id) => {
      const mode = copyMode(id);
      if (mode === null) return { width: Number(wide(id)), height: Number(high(id)) };
      const pixels = { width: Number(modeWidth(mode)), height: Number(modeHeight(mode)) };
      releaseMode(mode);
      return pixels;
    },
  };
}
