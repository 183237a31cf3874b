import type { Socket } from 'node:net';
import { type OrderHead, orderHead, STOP } from './protocol.ts';

/** Key and sealed credentials lie in memory of their own, to be wiped. */
export type Order = { readonly head: OrderHead; readonly key: Buffer; readonly sealed: Buffer };

/** Reads the order from its pipe, and goes on listening for the word to stop. What came through is wiped behind it. */
export function readOrder(pipe: Socket, onStop: () => void): Promise<Order> {
  return new Promise((resolve, reject) => {
    let arrived = Buffer.alloc(0);
    let read = false;
    pipe.on('data', (chunk: Buffer) => {
      if (read) {
        if (chunk.includes(STOP)) onStop();
        return;
      }
      const together = Buffer.concat([arrived, chunk]);
      wipe(arrived, chunk);
      arrived = together;
      try {
        const order = orderOf(arrived);
        if (order === undefined) return;
        read = true;
        if (order.rest.includes(STOP)) onStop();
        wipe(arrived);
        resolve(order);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Undefined until all of it is there. */
function orderOf(bytes: Buffer): (Order & { rest: Buffer }) | undefined {
  const lineEnd = bytes.indexOf('\n');
  if (lineEnd < 0) return undefined;
  const head = orderHead.parse(JSON.parse(bytes.toString('utf8', 0, lineEnd)));
  const keyEnd = lineEnd + 1 + head.keyBytes;
  const sealedEnd = keyEnd + head.sealedBytes;
  if (bytes.length < sealedEnd) return undefined;
  return {
    head,
    key: copyOf(bytes.subarray(lineEnd + 1, keyEnd)),
    sealed: copyOf(bytes.subarray(keyEnd, sealedEnd)),
    rest: bytes.subarray(sealedEnd),
  };
}

/** Not from the pool that small buffers share. */
function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.alloc(bytes.length);
  copy.set(bytes);
  return copy;
}

export function wipe(...buffers: Uint8Array[]): void {
  for (const buffer of buffers) buffer.fill(0);
}
