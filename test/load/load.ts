import { createHash } from 'node:crypto';
import { streamKey } from '../../backend/blobs/stream-key.ts';
import { withParts } from '../../backend/main.ts';
import { PICTURE, takeOf } from '../../backend/trial/media.ts';
import { fail, ok } from '../../contract/result.ts';
import { type Acknowledged, capture, type Plan } from './client.ts';
import type { PlaceOfLoad } from './places.ts';

export type LoadWish = {
  readonly sessions: number;
  /** How long each take of each channel is, in seconds of media, whatever the time it takes to send. */
  readonly seconds: number;
  /** After how long all is given up, in milliseconds. */
  readonly patienceMs: number;
};

export type Load = {
  readonly acknowledged: readonly Acknowledged[];
  readonly stopped: number;
  readonly retries: number;
  readonly wallMs: number;
  /** Of fragments, from the first attempt to the receipt, in milliseconds, in order of size. */
  readonly latenciesMs: readonly number[];
  readonly peakMiB: number;
};

/** One in so many sessions restarts its devices once; one fragment in so many is sent twice. */
const RESTART_EVERY = 4;
const RESEND_EVERY = 3;
const CHANNELS = ['+mic:default', '+display:1', 'system_audio:default'];

/** All sessions at once; when half of what is kept is acknowledged, an instance is killed. */
export async function load(place: PlaceOfLoad, { sessions, seconds, patienceMs }: LoadWish): Promise<Load> {
  // Made once, sent by everybody: what is measured is the service.
  const first = takeOf({ seconds, source: PICTURE });
  const second = takeOf({ take: 2, seconds, source: PICTURE, startedAtMs: seconds * 1000 });
  const acknowledged: Acknowledged[] = [];
  const latenciesMs: number[] = [];
  let retries = 0;
  let killing: Promise<void> | undefined;
  const kept = CHANNELS.filter((channel) => channel.startsWith('+')).length;
  const half = (sessions * kept * first.length) / 2;
  const watch = {
    acknowledged(what: Acknowledged) {
      acknowledged.push(what);
      if (acknowledged.length >= half) killing ??= place.kill();
    },
    took: (ms: number) => void latenciesMs.push(ms),
    retried: () => void retries++,
  };
  const signal = AbortSignal.timeout(patienceMs);
  const plan = (index: number): Plan => ({
    ...{ url: place.url, key: place.key, channels: CHANNELS, resendEvery: RESEND_EVERY, signal },
    takes: index % RESTART_EVERY === 0 ? [first, second] : [first],
  });
  const began = performance.now();
  const all = await Promise.all(Array.from({ length: sessions }, (_, index) => capture(plan(index), watch)));
  const wallMs = performance.now() - began;
  await killing;
  return {
    ...{ acknowledged, retries, wallMs, peakMiB: await place.peakMiB() },
    stopped: all.filter(({ status }) => status === 'stopped').length,
    latenciesMs: latenciesMs.sort((a, b) => a - b),
  };
}

/** What was acknowledged and cannot be read back, from the stores themselves and after the service has ended. */
export async function missing(
  { dataDir, variables }: PlaceOfLoad,
  acknowledged: readonly Acknowledged[],
): Promise<Acknowledged[]> {
  const read = await withParts(dataDir, variables, async ({ store, blobs, keyring }) => {
    const gone: Acknowledged[] = [];
    for (const what of acknowledged) {
      const stream = await store.stream(what.rtstream_id);
      const session = stream && (await store.session(stream.sessionId));
      const held = await store.fragment(what.rtstream_id, what);
      if (stream === undefined || session === undefined || held === undefined) {
        gone.push(what);
        continue;
      }
      const of = { ...held, sessionId: session.id };
      const bytes = await blobs.read(of, held.blob, streamKey(keyring, session, stream));
      const isThere = bytes.ok && createHash('sha256').update(bytes.value).digest('hex') === what.sha256;
      if (!isThere) gone.push(what);
    }
    const live = (await store.sessionIds('stopped')).map(async (id) => {
      const streams = (await store.streamsOf([id])).filter((stream) => !stream.store);
      const kept = await Promise.all(streams.map(({ id: streamId }) => store.fragmentsOf(streamId)));
      return kept.flat().length;
    });
    const keptOfLive = (await Promise.all(live)).reduce((sum, each) => sum + each, 0);
    return keptOfLive === 0
      ? ok(gone)
      : fail('internal', `${keptOfLive} fragments of live channels were kept`);
  });
  if (!read.ok) throw new Error(read.error.detail ?? read.error.message);
  return read.value;
}

/** The value below which so much of them is, from 0 to 1. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
