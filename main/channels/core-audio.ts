import type { Koffi } from '../../native-permissions/native-library.ts';
import { loadKoffi } from '../../native-permissions/native-library.ts';

/** A device of Core Audio, input or output; `object` is its number while it is there. */
export type MacSoundDevice = { readonly object: number; readonly uid: string; readonly name: string };

/** AudioHardware.h and CFString.h of macOS; believed, not measured: nothing of it ran on a Mac. */
type CoreAudio = {
  /** How many bytes were read; undefined where there is no such property. */
  readonly property: (object: number, address: Buffer, out: Buffer) => number | undefined;
  /** Reads a CFString and lets it go. */
  readonly text: (string: bigint) => string | undefined;
};

const CORE_AUDIO = '/System/Library/Frameworks/CoreAudio.framework/CoreAudio';
const CORE_FOUNDATION = '/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation';
const SYSTEM_OBJECT = 1;
const UTF8 = 0x08000100;
const MOST_BYTES = 1024;
const OBJECT_BYTES = 4;

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
  const audio = open();
  const device = Buffer.alloc(OBJECT_BYTES);
  if (audio?.property(SYSTEM_OBJECT, propertyAddress('dIn '), device) === undefined) return undefined;
  return describe(audio, device.readUInt32LE());
}

/** Every device, input or output; undefined where nobody says, or one of them does not say what it is. */
export function macSoundDevices(): readonly MacSoundDevice[] | undefined {
  const audio = open();
  const list = Buffer.alloc(MOST_BYTES);
  const bytes = audio?.property(SYSTEM_OBJECT, propertyAddress('dev#'), list);
  // A list that fills the buffer may be cut short.
  if (audio === undefined || bytes === undefined || bytes >= list.length) return undefined;
  const devices: MacSoundDevice[] = [];
  for (let at = 0; at + OBJECT_BYTES <= bytes; at += OBJECT_BYTES) {
    const device = describe(audio, list.readUInt32LE(at));
    if (device === undefined) return undefined;
    devices.push(device);
  }
  return devices;
}

function open(): CoreAudio | undefined {
  const koffi = loadKoffi();
  if (koffi === undefined) return undefined;
  try {
    coreAudio ??= bind(koffi);
  } catch {
    // Not a Mac: then nobody says anything of its devices.
    return undefined;
  }
  return coreAudio;
}

function describe({ property, text }: CoreAudio, object: number): MacSoundDevice | undefined {
  if (object === 0) return undefined;
  const textOf = (selector: string) => {
    const string = Buffer.alloc(8);
    if (property(object, propertyAddress(selector), string) === undefined) return undefined;
    const pointer = string.readBigUInt64LE();
    return pointer === 0n ? undefined : text(pointer);
  };
  const [uid, name] = [textOf('uid '), textOf('lnam')];
  return uid === undefined || name === undefined ? undefined : { object, uid, name };
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
    property: (object, address, out) => {
      const bytes = [out.length];
      return getData(object, address, 0, null, bytes, out) === 0 ? bytes[0] : undefined;
    },
    text: (string) => {
      const out = Buffer.alloc(MOST_BYTES);
      const isRead = getText(string, out, out.length, UTF8) !== 0;
      release(string);
      return isRead ? out.toString('utf8', 0, out.indexOf(0)) : undefined;
    },
  };
}
