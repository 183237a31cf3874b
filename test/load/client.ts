import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { newClient, receiptOf, type TrialClient } from '../../backend/trial/client.ts';
import type { Piece } from '../../backend/trial/media.ts';
import {
  headersOf,
  manifestOf,
  shownBy,
  signedWhereStop,
  startOf,
  stopOf,
} from '../../backend/trial/recorder.ts';
import { type FragmentReceipt, fragmentReceipt, type SessionView } from '../../contract/wire.ts';

/** What the service has said that it holds. */
export type Acknowledged = Pick<FragmentReceipt, 'rtstream_id' | 'take' | 'sequence' | 'sha256'>;

/** One simulated recorder after the other tells what happens to it. */
export type Watch = {
  readonly acknowledged: (what: Acknowledged) => void;
  /** How long a fragment took until its receipt, in milliseconds; retries begin anew. */
  readonly took: (ms: number) => void;
  /** Something did not get there and is sent again. */
  readonly retried: () => void;
};

export type Plan = {
  readonly url: string;
  readonly key: string;
  /** Channel ids as `start` has them: `+` in front of what is kept. */
  readonly channels: readonly string[];
  /** What each channel sends; a second take is a restart of its device. */
  readonly takes: readonly (readonly Piece[])[];
  /** Every so many fragments one is sent twice. */
  readonly resendEvery: number;
  readonly signal: AbortSignal;
};

type Ask = {
  readonly method: string;
  readonly path: string;
  readonly secret: string;
  readonly body?: unknown;
  readonly headers?: object;
};

const LONGEST_PAUSE_MS = 1000;

/** A whole session at the level of the protocol, as a recorder does it: what does not get there is sent again. */
export async function capture(plan: Plan, watch: Watch): Promise<SessionView> {
  const { key, channels, takes, signal } = plan;
  const client = await newClient();
  const ask = <T>(asked: Ask) => insist<T>(plan, client, asked, watch);
  const created = await ask<SessionView>({
    method: 'POST',
    path: '/collection/default/capture/session',
    secret: key,
    body: { end_user_id: 'ada' },
  });
  const { id } = created;
  const { token } = await ask<{ token: string }>({
    method: 'POST',
    path: '/capture/session/token',
    secret: key,
    body: { session_id: id },
  });
  const { policy } = await ask<SessionView>({ method: 'GET', path: `/capture/session/${id}`, secret: token });
  const receipt = {
    ...receiptOf(id, channels, policy, { endUserId: 'ada' }),
    agreedAt: new Date().toISOString(),
  };
  const consent = { consent_sha256: receipt.statementSha256, consent_jws: await client.consent(receipt) };
  const start = { ...startOf(id, ...channels), ...consent };
  const { rtstreams } = await ask<SessionView>({
    method: 'POST',
    path: '/capture/session/start',
    secret: token,
    body: start,
  });
  const pieces = takes.flat();
  await Promise.all(rtstreams.map(({ rtstream_id: stream }) => deliver(stream)));

  async function deliver(stream: string): Promise<void> {
    for (const [index, piece] of pieces.entries()) {
      const path = `/rtstream/${stream}/fragment/${piece.take}/${piece.sequence}`;
      const put = {
        method: 'PUT',
        path,
        secret: token,
        body: Buffer.from(piece.bytes),
        headers: headersOf(piece),
      };
      const began = performance.now();
      const first = await ask<FragmentReceipt | undefined>(put);
      watch.took(performance.now() - began);
      // What is live only may have been passed on before the answer was lost.
      if (first === undefined) continue;
      const { rtstream_id, take, sequence, sha256, stored } = fragmentReceipt.parse(first);
      if (sha256 !== createHash('sha256').update(piece.bytes).digest('hex'))
        throw new Error('a receipt for other bytes');
      if (stored) watch.acknowledged({ rtstream_id, take, sequence, sha256 });
      if (index % plan.resendEvery === 0) await ask(put);
    }
  }

  const kept = channels.filter((channel) => channel.startsWith('+'));
  const stop = `/capture/session/${id}/stop`;
  const manifest = stopOf(...kept.map((channel) => manifestOf(channel.slice(1), pieces)));
  const signed = await signedWhereStop(stop, manifest, client);
  for (;;) {
    const stopped = await ask<SessionView>({ method: 'POST', path: stop, secret: token, body: signed });
    if (stopped.status === 'stopped') return stopped;
    await setTimeout(LONGEST_PAUSE_MS, undefined, { signal });
  }
}

/** Asks until there is an answer; undefined where a live fragment comes too late. Throws on a refusal, and when time is over. */
async function insist<T>(
  { url, signal }: Plan,
  client: TrialClient,
  { method, path, secret, body, headers }: Ask,
  watch: Watch,
): Promise<T> {
  for (let pauseMs = 50; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    signal.throwIfAborted();
    const answer = await attempt();
    if (answer?.success === true) return answer.data;
    if (answer?.error_code === 'fragment-out-of-order') return undefined as T;
    // A proof of before a start is not taken: the next attempt makes another.
    const isFinal = answer !== undefined && answer.status < 500 && answer.error_code !== 'proof-refused';
    if (isFinal) throw new Error(`${method} ${path}: ${answer.error_code}`);
    watch.retried();
    await setTimeout(pauseMs * (0.5 + Math.random()), undefined, { signal });
  }

  async function attempt() {
    const shown = await shownBy(client, { url }, method, path, secret);
    try {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(Buffer.isBuffer(body) ? {} : { 'content-type': 'application/json' }),
          ...shown,
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(40_000)]),
      });
      const text = await response.text();
      return { status: response.status, ...(text === '' ? {} : JSON.parse(text)) };
    } catch {
      return undefined;
    }
  }
}
