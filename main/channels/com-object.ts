import type { Koffi } from '../../native-permissions/native-library.ts';

/** A pointer to a COM object, as koffi gives pointers. */
export type ComPointer = bigint;

const POINTER_BYTES = 8;
const RELEASE = 2;

/** A GUID in the order of memory: three little-endian numbers, then eight bytes. */
export function guidBytes(guid: string): Buffer {
  const hex = guid.replace(/[{}-]/g, '');
  const bytes = Buffer.from(hex, 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** HRESULTs are negative where the call failed. */
export type ComResult = number;

/**
 * Calls a method by its place in the object's table (64-bit Windows has one calling convention). `parameters` are those
 * after the object itself. A wrong place or parameter crashes the process: take both from the system's own header.
 */
export function callCom(
  koffi: Koffi,
  object: ComPointer,
  place: number,
  parameters: readonly string[],
  ...values: readonly unknown[]
): ComResult {
  const table = koffi.decode(object, 'void *') as bigint;
  const method = koffi.decode(table, place * POINTER_BYTES, 'void *') as bigint;
  return koffi.call(method, protoOf(koffi, parameters), object, ...values) as number;
}

export function releaseCom(koffi: Koffi, object: ComPointer): void {
  callCom(koffi, object, RELEASE, []);
}

/** Eight bytes that a method writes a pointer into; `pointerIn` reads it, null as undefined. */
export function pointerSlot(): Buffer {
  return Buffer.alloc(POINTER_BYTES);
}

export function pointerIn(slot: Buffer): ComPointer | undefined {
  const pointer = slot.readBigUInt64LE();
  return pointer === 0n ? undefined : pointer;
}

const protos = new Map<string, ReturnType<Koffi['proto']>>();

/** koffi keeps every prototype for good, so each form is made once. */
function protoOf(koffi: Koffi, parameters: readonly string[]): ReturnType<Koffi['proto']> {
  const key = parameters.join();
  const proto = protos.get(key) ?? koffi.proto('int32_t', ['void *', ...parameters]);
  protos.set(key, proto);
  return proto;
}
