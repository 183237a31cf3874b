import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { writeHeapSnapshot } from 'node:v8';
import { type TransferOrder, transfer } from '../../destinations/transfer.ts';

// Stands for the service in tests of what its memory holds: it is given an order as the service has it, sealed, and the file
// to send. Half of that is sent at the word `half`, the rest at the word `rest`; then it writes a snapshot of its heap.
type Given = { order: Omit<TransferOrder, 'key'> & { key: string }; file: string; snapshot: string };

const lines = createInterface({ input: process.stdin });
const [first] = (await once(lines, 'line')) as [string];
const { order, file, snapshot }: Given = JSON.parse(first);
const bytes = Buffer.from(file, 'base64');

async function* flowing() {
  yield bytes.subarray(0, bytes.length / 2);
  process.stdout.write('half\n');
  await once(lines, 'line');
  yield bytes.subarray(bytes.length / 2);
}

const key = Buffer.from(order.key, 'base64');
const sent = await transfer({ ...order, key }, flowing(), new AbortController().signal);
writeHeapSnapshot(snapshot);
process.stdout.write(`${JSON.stringify(sent)}\n`);
