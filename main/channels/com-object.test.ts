import { expect, test } from 'vitest';
import { loadKoffi } from '../../native-permissions/native-library.ts';
import { callCom, guidBytes, pointerIn, pointerSlot, releaseCom } from './com-object.ts';

test('a GUID lies in memory as Windows has it', () => {
  expect(guidBytes('{00112233-4455-6677-8899-aabbccddeeff}').toString('hex')).toBe(
    '33221100554477668899aabbccddeeff',
  );
});

test('a method is called by its place in the table of the object, with the object first', () => {
  const koffi = loadKoffi();
  if (koffi === undefined) throw new Error('koffi is not installed');
  const said: unknown[] = [];
  const enumerate = koffi.proto('int32_t', ['void *', 'uint32_t', 'void *']);
  const release = koffi.proto('int32_t', ['void *']);
  const table = koffi.alloc('void *', 8) as bigint;
  const object = koffi.alloc('void *', 1) as bigint;
  const methods = [
    [
      7,
      enumerate,
      (self: bigint, index: number, out: bigint) => {
        said.push([self === object, index]);
        koffi.encode(out, 'void *', object);
        return -2;
      },
    ],
    [2, release, (self: bigint) => said.push([self === object, 'released'])],
  ] as const;
  const registered = methods.map(([place, proto, method]) => {
    const pointer = koffi.register(method, koffi.pointer(proto));
    koffi.encode(table, place * 8, 'void *', pointer);
    return pointer;
  });
  koffi.encode(object, 'void *', table);

  const slot = pointerSlot();
  expect(pointerIn(slot)).toBeUndefined();
  expect(callCom(koffi, object, 7, ['uint32_t', 'void *'], 41, slot)).toBe(-2);
  expect(pointerIn(slot)).toBe(object);
  releaseCom(koffi, object);
  expect(said).toEqual([
    [true, 41],
    [true, 'released'],
  ]);
  for (const pointer of registered) koffi.unregister(pointer);
  koffi.free(table);
  koffi.free(object);
});
