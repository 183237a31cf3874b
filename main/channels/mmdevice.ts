import type { Koffi } from '../../native-permissions/native-library.ts';
import { loadKoffi } from '../../native-permissions/native-library.ts';
import type { ComPointer } from './com-object.ts';
import { callCom, guidBytes, pointerIn, pointerSlot, releaseCom } from './com-object.ts';

// mmdeviceapi.h of the Windows SDK.
const ENUMERATOR_CLASS = guidBytes('bcde0395-e52f-467c-8e3d-c4579291692e');
const ENUMERATOR_INTERFACE = guidBytes('a95664d2-9614-4f35-a746-de8db63617e6');
const IN_PROCESS = 1;
const MULTITHREADED = 0;
const CAPTURE = 1;
const CONSOLE_ROLE = 0;
const ACTIVE = 1;
const ENUM_AUDIO_ENDPOINTS = 3;
const GET_DEFAULT_AUDIO_ENDPOINT = 4;
const COLLECTION_GET_COUNT = 3;
const COLLECTION_ITEM = 4;
const GET_ID = 5;

type Ole32 = {
  readonly CoInitializeEx: (reserved: null, model: number) => number;
  readonly CoUninitialize: () => void;
  readonly CoCreateInstance: (
    cls: Buffer,
    outer: null,
    context: number,
    type: Buffer,
    object: Buffer,
  ) => number;
  readonly CoTaskMemFree: (memory: bigint) => void;
};

let ole32: Ole32 | undefined;

/**
 * The id of Windows' default recording device for programs (`eConsole`), e.g. `{0.0.1.00000000}.{<GUID>}`, asked of the
 * multimedia device API. Undefined where there is none or nobody to ask. Opens no device. Seen under Wine 10.
 */
export function defaultCaptureEndpoint(): string | undefined {
  return asked((koffi, enumerator) =>
    idOf(
      koffi,
      given((slot) =>
        callCom(
          koffi,
          enumerator,
          GET_DEFAULT_AUDIO_ENDPOINT,
          ['int32_t', 'int32_t', 'void *'],
          CAPTURE,
          CONSOLE_ROLE,
          slot,
        ),
      ),
    ),
  );
}

/**
 * The ids of all recording devices that are plugged in and not disabled; undefined where nobody says, or one of them does
 * not say what it is. Opens no device. Seen under Wine 10, where it takes 1 to 2 ms.
 */
export function captureEndpoints(): readonly string[] | undefined {
  return asked((koffi, enumerator) => {
    const list = given((slot) =>
      callCom(
        koffi,
        enumerator,
        ENUM_AUDIO_ENDPOINTS,
        ['int32_t', 'uint32_t', 'void *'],
        CAPTURE,
        ACTIVE,
        slot,
      ),
    );
    if (list === undefined) return undefined;
    try {
      const count = Buffer.alloc(4);
      if (callCom(koffi, list, COLLECTION_GET_COUNT, ['void *'], count) < 0) return undefined;
      const ids: string[] = [];
      for (let at = 0; at < count.readUInt32LE(); at++) {
        const id = idOf(
          koffi,
          given((slot) => callCom(koffi, list, COLLECTION_ITEM, ['uint32_t', 'void *'], at, slot)),
        );
        if (id === undefined) return undefined;
        ids.push(id);
      }
      return ids;
    } finally {
      releaseCom(koffi, list);
    }
  });
}

/** Asks the enumerator of devices; undefined where there is none. */
function asked<T>(question: (koffi: Koffi, enumerator: ComPointer) => T | undefined): T | undefined {
  const koffi = loadKoffi();
  if (koffi === undefined) return undefined;
  try {
    ole32 ??= bind(koffi);
  } catch {
    // Not Windows, or one without sound: then nobody says anything of its devices.
    return undefined;
  }
  // In Electron the thread is in an apartment already; that this fails there is no harm.
  const isOurs = ole32.CoInitializeEx(null, MULTITHREADED) >= 0;
  try {
    const { CoCreateInstance } = ole32;
    const enumerator = given((slot) =>
      CoCreateInstance(ENUMERATOR_CLASS, null, IN_PROCESS, ENUMERATOR_INTERFACE, slot),
    );
    if (enumerator === undefined) return undefined;
    try {
      return question(koffi, enumerator);
    } finally {
      releaseCom(koffi, enumerator);
    }
  } finally {
    if (isOurs) ole32.CoUninitialize();
  }
}

/** What a method writes into the slot that it is given. */
function given(fill: (slot: Buffer) => unknown): ComPointer | undefined {
  const slot = pointerSlot();
  fill(slot);
  return pointerIn(slot);
}

/** The id of a device, which is let go. */
function idOf(koffi: Koffi, device: ComPointer | undefined): string | undefined {
  if (device === undefined) return undefined;
  const text = given((slot) => callCom(koffi, device, GET_ID, ['void *'], slot));
  releaseCom(koffi, device);
  if (text === undefined) return undefined;
  const id = koffi.decode(text, 'char16_t', -1) as string;
  ole32?.CoTaskMemFree(text);
  return id;
}

function bind(koffi: Koffi): Ole32 {
  const library = koffi.load('ole32.dll');
  return {
    CoInitializeEx: library.func('int32_t __stdcall CoInitializeEx(void *reserved, uint32_t model)'),
    CoUninitialize: library.func('void __stdcall CoUninitialize()'),
    CoCreateInstance: library.func(
      'int32_t __stdcall CoCreateInstance(void *cls, void *outer, uint32_t context, void *type, void *object)',
    ),
    CoTaskMemFree: library.func('void __stdcall CoTaskMemFree(void *memory)'),
  };
}
