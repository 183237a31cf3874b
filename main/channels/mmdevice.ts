import type { Koffi } from '../../native-permissions/native-library.ts';
import { loadKoffi } from '../../native-permissions/native-library.ts';
import { callCom, guidBytes, pointerIn, pointerSlot, releaseCom } from './com-object.ts';

// mmdeviceapi.h of the Windows SDK.
const ENUMERATOR_CLASS = guidBytes('bcde0395-e52f-467c-8e3d-c4579291692e');
const ENUMERATOR_INTERFACE = guidBytes('a95664d2-9614-4f35-a746-de8db63617e6');
const IN_PROCESS = 1;
const MULTITHREADED = 0;
const CAPTURE = 1;
const CONSOLE_ROLE = 0;
const GET_DEFAULT_AUDIO_ENDPOINT = 4;
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
  const koffi = loadKoffi();
  if (koffi === undefined) return undefined;
  try {
    ole32 ??= bind(koffi);
  } catch {
    // Not Windows, or one without sound: then nobody says which is the default.
    return undefined;
  }
  // In Electron the thread is in an apartment already; that this fails there is no harm.
  const isOurs = ole32.CoInitializeEx(null, MULTITHREADED) >= 0;
  try {
    return askEnumerator(koffi, ole32);
  } finally {
    if (isOurs) ole32.CoUninitialize();
  }
}

function askEnumerator(koffi: Koffi, { CoCreateInstance, CoTaskMemFree }: Ole32): string | undefined {
  const slot = pointerSlot();
  CoCreateInstance(ENUMERATOR_CLASS, null, IN_PROCESS, ENUMERATOR_INTERFACE, slot);
  const enumerator = pointerIn(slot);
  if (enumerator === undefined) return undefined;
  slot.fill(0);
  callCom(
    koffi,
    enumerator,
    GET_DEFAULT_AUDIO_ENDPOINT,
    ['int32_t', 'int32_t', 'void *'],
    CAPTURE,
    CONSOLE_ROLE,
    slot,
  );
  const device = pointerIn(slot);
  releaseCom(koffi, enumerator);
  if (device === undefined) return undefined;
  slot.fill(0);
  callCom(koffi, device, GET_ID, ['void *'], slot);
  const text = pointerIn(slot);
  releaseCom(koffi, device);
  if (text === undefined) return undefined;
  const id = koffi.decode(text, 'char16_t', -1) as string;
  CoTaskMemFree(text);
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
