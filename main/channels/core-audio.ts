import type { Koffi } from '../../native-permissions/native-library.ts';
import { loadKoffi } from '../../native-permissions/native-library.ts';

/** AudioHardware.h and CFString.h of macOS; believed, not measured: nothing of it ran on a Mac. */
type CoreAudio = {
  readonly property: (object: number, address: Buffer, out: Buffer) => boolean;
  /** Reads a CFString and lets it go. */
  readonly text: (string: bigint) => string | undefined;
};

const CORE_AUDIO = '/System/Library/Frameworks/CoreAudio.framework/CoreAudio';
const CORE_FOUNDATION = '/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation';
const SYSTEM_OBJECT = 1;
const UTF8 = 0x08000100;
const MOST_BYTES = 1024;

let coreAudio: CoreAudio | undefined;

/** AudioObjectPropertyAddress: selector, the global scope, the main element. */
export function propertyAddress(selector: string): Buffer {
  const address = Buffer.alloc(12);
  for (const [at, code] of [selector, 'glob'].entries())
    address.writeUInt32LE(Buffer.from(code, 'latin1').readUInt32BE(), at * 4);
  return address;
}

/**
 * The uid and the name of the microphone that macOS uses by default; undefined where there is none or nobody to ask.
 * AVFoundation's uniqueID of an audio device is the uid of Core Audio. Opens no device.
 */
export function defaultMacMicrophone(): { readonly uid: string; readonly name: string } | undefined {
  const koffi = loadKoffi();
  if (koffi === undefined) return undefined;
  try {
    coreAudio ??= bind(koffi);
  } catch {
    // Not a Mac: then nobody says which is the default.
    return undefined;
  }
  const { property, text } = coreAudio;
  const device = Buffer.alloc(4);
  if (!property(SYSTEM_OBJECT, propertyAddress('dIn '), device) || device.readUInt32LE() === 0)
    return undefined;
  const textOf = (selector: string) => {
    const string = Buffer.alloc(8);
    if (!property(device.readUInt32LE(), propertyAddress(selector), string)) return undefined;
    const pointer = string.readBigUInt64LE();
    return pointer === 0n ? undefined : text(pointer);
  };
  const [uid, name] = [textOf('uid '), textOf('lnam')];
  return uid === undefined || name === undefined ? undefined : { uid, name };
}

function bind(koffi: Koffi): CoreAudio {
  const audio = koffi.load(CORE_AUDIO);
  const foundation = koffi.load(CORE_FOUNDATION);
  const getData = audio.func(
    'int32_t AudioObjectGetPropertyData(uint32_t object, void *address, uint32_t qualifierBytes, void *qualifier, _Inout_ uint32_t *bytes, void *out)',
  );
  const getText = foundation.func(
    'uint8_t CFStringGetCString(void *string, void *out, intptr_t bytes, uint32_t encoding)',
  );
  const release = foundation.func('void CFRelease(void *object)');
  return {
    property: (object, address, out) => getData(object, address, 0, null, [out.length], out) === 0,
    text: (string) => {
      const out = Buffer.alloc(MOST_BYTES);
      const isRead = getText(string, out, out.length, UTF8) !== 0;
      release(string);
      return isRead ? out.toString('utf8', 0, out.indexOf(0)) : undefined;
    },
  };
}
