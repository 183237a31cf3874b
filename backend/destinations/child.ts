import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { setDefaultCACertificates } from 'node:tls';
import { carry, tryOut } from './carry.ts';
import { type CredentialsOf, type DestinationKind, parseCredentials } from './destination.ts';
import { Fault, faultOf } from './fault.ts';
import { type Order, readOrder, wipe } from './order.ts';
import { ANSWER_FD, type Answer, type Confirmed, ORDER_FD, type Outcome } from './protocol.ts';
import { openCredentials } from './sealed.ts';
import { openStore } from './stores.ts';
import { watchSockets } from './watch-sockets.ts';

// The transfer process: opens credentials, does one transfer with them, wipes, answers, ends. See protocol.ts.

// Nothing of its memory goes into a core file, whatever the machine does with those (core(5)).
if (process.platform === 'linux') writeFileSync('/proc/self/coredump_filter', '0');
// Ctrl+C reaches the whole group; the service says itself when to stop.
process.on('SIGINT', () => undefined);

const control = new Socket({ fd: ORDER_FD, readable: true, writable: true });
const answers = new Socket({ fd: ANSWER_FD, readable: true, writable: true });
const stopped = new AbortController();
// The end of this pipe is the end of whoever gave the order, or its word that the answer has arrived.
control.on('close', () => process.exit());
control.on('error', () => process.exit());
answers.on('error', () => process.exit());

const order = await readOrder(control, () => stopped.abort());
const outcome = await outcomeOf(order);
wipe(order.key, order.sealed);
globalThis.gc?.();
say(outcome);

function say(answer: Answer): void {
  answers.write(`${JSON.stringify(answer)}\n`);
}

async function outcomeOf(order: Order): Promise<Outcome> {
  const { place, idleMs } = order.head;
  // A store with an authority of its own is trusted by that one alone.
  if ('ca' in place && place.ca !== undefined) setDefaultCACertificates([place.ca]);
  watchSockets(idleMs, () => say({ moved: true }));
  try {
    return { confirmed: await run(order) };
  } catch (error) {
    const { code, detail } = faultOf(error);
    if (stopped.signal.aborted) return { failed: { code: 'destination-stopped', detail: '' } };
    return { failed: { code, detail } };
  }
}

async function run({ head, key, sealed }: Order): Promise<Confirmed> {
  const { signal } = stopped;
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
