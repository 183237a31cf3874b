import type { Koffi } from '../../native-permissions/native-library.ts';
import { loadKoffi } from '../../native-permissions/native-library.ts';
import type { ComPointer } from './com-object.ts';
import { callCom, guidBytes, pointerIn, pointerSlot, releaseCom } from './com-object.ts';

/** An output of a graphics card as DXGI counts them, which is how ffmpeg's ddagrab counts (vsrc_ddagrab.c). */
export type DxgiOutput = {
  readonly adapter: number;
  readonly output: number;
  /** `\\.\DISPLAY1`, the name of the part of the desktop it shows. */
  readonly source: string;
  /** The HMONITOR, as a decimal number. */
  readonly hmonitor: string;
};

// dxgi.h of the Windows SDK.
const FACTORY_INTERFACE = guidBytes('770aae78-f26f-4dba-a829-253c83d1b387');
const ENUM_ADAPTERS = 7;
const ENUM_OUTPUTS = 7;
const GET_DESC = 7;
/** DXGI_OUTPUT_DESC: the name (32 WCHARs), a rectangle, whether it is part of the desktop, its turn, the HMONITOR. */
const DESC_BYTES = 96;
const NAME_BYTES = 64;
const ATTACHED = 80;
const HMONITOR = 88;
const MOST = 64;

type CreateFactory = (type: Buffer, factory: Buffer) => number;

let createFactory: CreateFactory | undefined;

/** The outputs of every graphics card; undefined where DXGI cannot be asked. Seen under Wine 10. */
export function dxgiOutputs(): readonly DxgiOutput[] | undefined {
  const koffi = loadKoffi();
  if (koffi === undefined) return undefined;
  try {
    createFactory ??= koffi
      .load('dxgi.dll')
      .func('int32_t __stdcall CreateDXGIFactory1(void *type, void *factory)');
  } catch {
    // Not Windows: displays are captured by their place.
    return undefined;
  }
  const slot = pointerSlot();
  createFactory(FACTORY_INTERFACE, slot);
  const factory = pointerIn(slot);
  if (factory === undefined) return undefined;
  const found: DxgiOutput[] = [];
  forEachIn(koffi, factory, ENUM_ADAPTERS, (card, adapter) =>
    forEachIn(koffi, card, ENUM_OUTPUTS, (screen, output) => {
      const desc = Buffer.alloc(DESC_BYTES);
      if (callCom(koffi, screen, GET_DESC, ['void *'], desc) < 0 || desc.readInt32LE(ATTACHED) === 0) return;
      const [source = ''] = desc.subarray(0, NAME_BYTES).toString('utf16le').split('\0', 1);
      found.push({ adapter, output, source, hmonitor: desc.readBigUInt64LE(HMONITOR).toString() });
    }),
  );
  releaseCom(koffi, factory);
  return found;
}

/** Both enumerations are `(index, out)` and end with DXGI_ERROR_NOT_FOUND. */
function forEachIn(
  koffi: Koffi,
  parent: ComPointer,
  place: number,
  visit: (object: ComPointer, index: number) => void,
): void {
  for (let index = 0; index < MOST; index++) {
    const slot = pointerSlot();
    callCom(koffi, parent, place, ['uint32_t', 'void *'], index, slot);
    const object = pointerIn(slot);
    if (object === undefined) return;
    visit(object, index);
    releaseCom(koffi, object);
  }
}
