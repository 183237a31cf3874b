import { createCourier } from './courier.ts';
import { ALIVE_EVERY_MS, type EndReason, type FromPage, type ToPage } from './messages.ts';
import type { Order, Quanta } from './orders.ts';
import { countedClock, type SoundClock, stampedClock } from './sound-clock.ts';

/**
 * Between the sound and the main process: gives every piece its Unix time and sends it through a port of its own. A
 * worker, because a page can be held up.
 */
type Begin = Extract<Order, { type: 'begin' }>;

let end: (why: EndReason, detail: string) => void = () => undefined;

self.addEventListener('message', ({ data }: MessageEvent<Order>) => {
  if (data.type === 'begin') begin(data);
  else end('track-ended', '');
});

function begin({ port, from }: Begin): void {
  const send = (message: FromPage) => port.postMessage(message);
  const courier = createCourier(send);
  let isOver = false;

  end = (why, detail) => {
    if (isOver) return;
    isOver = true;
    clearInterval(alive);
    courier.flush();
    send({ type: 'ended', why, detail });
    // The page lets go of the track.
    self.postMessage('release');
  };

  function carry(clock: SoundClock, startMs: number, sound: Omit<Quanta, 'frame'>): void {
    if (isOver) return;
    const lengthMs = (sound.samples.length / sound.channels / sound.sampleRate) * 1_000;
    const startedWallMs = clock.place(startMs, lengthMs, performance.now());
    const { samples, channels, sampleRate } = sound;
    if (startedWallMs !== undefined) courier.carry({ startedWallMs, samples, channels, sampleRate });
    else if (clock.isLost()) end('clock', `a stamp of ${startMs} ms at ${performance.now()} ms`);
    else send({ type: 'lost', milliseconds: lengthMs });
  }

  port.onmessage = ({ data }: MessageEvent<ToPage>) => {
    if (data.type === 'taken') courier.taken(data.number);
    else end('closed', '');
  };
  send({ type: 'opened', by: from.kind });
  const alive = setInterval(() => send({ type: 'alive' }), ALIVE_EVERY_MS);
  if (from.kind === 'processor')
    read(from.readable, carry, stampedClock(unixOrigin())).then(
      () => end('track-ended', ''),
      (error: unknown) => end('failed', String(error)),
    );
  else {
    const clock = countedClock(unixOrigin());
    from.quanta.onmessage = ({ data }: MessageEvent<Quanta>) =>
      carry(clock, (data.frame / data.sampleRate) * 1_000, data);
  }
}

/** `performance.timeOrigin` as it would be by the wall clock of now, which may have been set since. */
function unixOrigin(): number {
  const startedMs = performance.now();
  let originMs = Number.NEGATIVE_INFINITY;
  // As main/pipeline/clock.ts does it: Date.now() counts whole milliseconds and is never ahead, and an interruption between the
  // two readings only makes their difference smaller, so that the largest over one step is the true one.
  for (let nowMs = startedMs; nowMs - startedMs < 1.1; ) {
    const wallMs = Date.now();
    nowMs = performance.now();
    originMs = Math.max(originMs, wallMs - nowMs);
  }
  return originMs;
}

async function read(
  readable: ReadableStream<AudioData>,
  carry: (clock: SoundClock, startMs: number, sound: Omit<Quanta, 'frame'>) => void,
  clock: SoundClock,
): Promise<void> {
  const reader = readable.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const { timestamp, sampleRate } = value;
    const sound = { sampleRate, ...interleaved(value) };
    value.close();
    carry(clock, timestamp / 1_000, sound);
  }
}

/** The first two channels; further ones of a surround device are left out. */
function interleaved(data: AudioData): Pick<Quanta, 'samples' | 'channels'> {
  const { numberOfFrames: frames } = data;
  const channels = data.numberOfChannels === 1 ? 1 : 2;
  const samples = new Float32Array(frames * channels);
  const plane = new Float32Array(frames);
  for (let channel = 0; channel < channels; channel++) {
    data.copyTo(plane, { planeIndex: channel, format: 'f32-planar' });
    for (let frame = 0; frame < frames; frame++) samples[frame * channels + channel] = plane[frame] ?? 0;
  }
  return { samples, channels };
}
