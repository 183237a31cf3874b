import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { setDefaultCACertificates } from 'node:tls';
import { carry, tryOut } from './carry.ts';
import { type CredentialsOf, type DestinationKind, parseCredentials } from './destination.ts';
import { Fault, faultOf } from './fault.ts';
import { type Order, readOrder, wipe } from './order.ts';
import { ANSWER_FD, type Answer, type Confirmed, ORDER_FD, type Outcome } from './protocol.ts';
import { reachOnly } from './reach.ts';
import { openCredentials } from './sealed.ts';
import { openStore } from './stores.ts';
import { watchSockets } from './watch-sockets.ts';

// The transfer process: opens credentials, does one transfer with them, wipes, answers, ends. See protocol.ts.

// Nothing of its memory goes into a core file, whatever the machine does with those (core(5)).
if (process.platform === 'linux') writeFileSync('/proc/self/coredump_filter', '0');
// Small buffers share memory otherwise, which is let go of when the last of them is.
Buffer.poolSize = 0;
// An error that a client keeps would keep the functions it came through, and what those hold.
Error.stackTraceLimit = 0;
// Ctrl+C reaches the whole group; the service says itself when to stop.
process.on('SIGINT', () => undefined);

const control = new Socket({ fd: ORDER_FD, readable: true, writable: true });
const answers = new Socket({ fd: ANSWER_FD, readable: true, writable: true });
let stopping: AbortController | undefined = new AbortController();
// The end of this pipe is the end of whoever gave the order, or its word that the answer has arrived.
control.on('close', () => process.exit());
control.on('error', () => process.exit());
answers.on('error', () => process.exit());

const order = await readOrder(control, () => stopping?.abort());
const outcome = await outcomeOf(order, stopping.signal);
// Who listens to it holds what was signed in with.
stopping = undefined;
wipe(order.key, order.sealed);
await forget();
say(outcome);

/** What nobody holds any more is cleared; objects that wait for a turn of the loop to be let go of get it. */
async function forget(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await immediate();
    globalThis.gc?.();
    overwrite();
  }
}

/** Short strings that are garbage at once take the place of others that are; the last one matched is kept (RegExp.$_). */
function overwrite(): void {
  /nothing/.exec('nothing');
  let text = '';
  for (let count = 0; count < 400_000; count++) text = `${count} overwritten ${count}`.slice(1);
  Buffer.from(text).fill(0);
}

function say(answer: Answer): void {
  answers.write(`${JSON.stringify(answer)}\n`);
}

async function outcomeOf(order: Order, signal: AbortSignal): Promise<Outcome> {
  const { place, addresses, idleMs } = order.head;
  // A store with an authority of its own is trusted by that one alone.
  if ('ca' in place && place.ca !== undefined) setDefaultCACertificates([place.ca]);
  reachOnly(place, addresses);
  watchSockets(idleMs, () => say({ moved: true }));
  try {
    return { confirmed: await run(order, signal) };
  } catch (error) {
    const { code, detail } = faultOf(error);
    if (signal.aborted) return { failed: { code: 'destination-stopped', detail: '' } };
    return { failed: { code, detail } };
  }
}

async function run({ head, key, sealed }: Order, signal: AbortSignal): Promise<Confirmed> {
  const { place, idleMs } = head;
  const store = await openStore(place, credentialsOf(place.kind, key, sealed), { signal, idleMs });
  try {
    const { file } = head;
    return file === undefined ? await tryOut(store, signal) : await carry(store, file, process.stdin, signal);
  } finally {
    await Promise.allSettled([store.close()]);
  }
}

function credentialsOf(kind: DestinationKind, key: Buffer, sealed: Buffer): CredentialsOf<DestinationKind> {
  const plain = openCredentials(key, sealed);
  if (plain === undefined) throw new Fault('credentials-invalid', 'they do not open with their key');
  const parsed = parseCredentials(kind, plain.toString('utf8'));
  wipe(plain);
  if (!parsed.ok) throw new Fault('credentials-invalid', parsed.error.detail ?? '');
  return parsed.value;
}
