import type { Writable } from 'node:stream';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import { inForm, type PcmForm } from './pcm-form.ts';
import { type PcmLayout, pcmLayout } from './pcm-layout.ts';
import type { PcmChunk, PcmSource } from './pcm-source.ts';
import { wavHeader } from './wav-header.ts';

export type PcmFeedEvents = {
  /** Unix time of the first sample that is written, in milliseconds. */
  readonly first: (wallMs: number) => void;
  /** Nothing comes any more, and nobody asked for it. Once. */
  readonly ended: (error: TallylightError) => void;
};

export type PcmFeed = {
  /** Releases the device, ends the sink. */
  readonly close: () => Promise<void>;
};

export type PcmFeedTime = {
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  /** Runs something again and again; returns how to end it. */
  readonly every: (delayMs: number, run: () => void) => () => void;
};

/** What is later than this does not come any more: the stream goes on with silence. */
const LATE_MS = 500;
/** Where nothing plays some systems give nothing at all (WASAPI); the recording begins with silence then. */
const FIRST_MS = 1_000;
const LOOK_MS = 100;
/** More than this at once is no silence: the wall clock was set, the machine stood still, or a time is wrong. */
const MOST_SILENCE_MS = 10_000;
/** What waits for a sink that does not keep up; what came first is given up then, and is silence. */
const MOST_WAITING_MS = 2_000;
const USUAL_FORM: PcmForm = { sampleRate: 48_000, channels: 2 };

/**
 * Writes what a source brings as a WAV stream whose every sample stands at its time: gaps and silences are filled, overlaps
 * cut, the device's clock is followed. The form of the first sound is kept: a headset that changes its rate in
 * mid-recording goes on in it. Opens the device; before that is open nothing is written, not even silence.
 */
export function feedPcm(
  source: PcmSource,
  sink: Writable,
  on: PcmFeedEvents,
  { nowMs, every }: PcmFeedTime = REAL_TIME,
): PcmFeed {
  let openedMs: number | undefined;
  const waiting: PcmChunk[] = [];
  let waitingMs = 0;
  let laid: { readonly layout: PcmLayout; readonly form: PcmForm } | undefined;
  let isBlocked = false;
  let isOver = false;
  let closing: Promise<void> | undefined;

  function begin(atMs: number, { sampleRate, channels }: PcmForm): NonNullable<typeof laid> {
    laid = { layout: pcmLayout(atMs, sampleRate, channels), form: { sampleRate, channels } };
    on.first(atMs);
    write(wavHeader(sampleRate, channels));
    return laid;
  }

  function write(bytes: Uint8Array): void {
    if (!sink.write(bytes)) isBlocked = true;
  }

  function writeAll(parts: readonly Float32Array[]): void {
    // A copy: the samples' own memory may be used again before the sink has passed them on.
    for (const part of parts)
      write(Buffer.from(new Uint8Array(part.buffer, part.byteOffset, part.byteLength)));
  }

  function take(chunk: PcmChunk): void {
    const { layout, form } = laid ?? begin(chunk.startedWallMs, chunk);
    if (isWithin(layout, chunk.startedWallMs)) writeAll(layout.place(inForm(chunk, form)));
  }

  function receive(chunk: PcmChunk): void {
    if (isOver) return;
    if (!isBlocked) {
      take(chunk);
      return;
    }
    waiting.push(chunk);
    waitingMs += lengthMs(chunk);
    while (waitingMs > MOST_WAITING_MS) {
      const dropped = waiting.shift();
      if (dropped === undefined) return;
      waitingMs -= lengthMs(dropped);
    }
  }

  function goOn(): void {
    isBlocked = false;
    while (!isBlocked && !isOver) {
      const chunk = waiting.shift();
      if (chunk === undefined) return;
      waitingMs -= lengthMs(chunk);
      take(chunk);
    }
  }

  function look(): void {
    if (isBlocked || openedMs === undefined) return;
    const now = nowMs();
    if (laid === undefined && now - openedMs >= FIRST_MS) begin(openedMs, USUAL_FORM);
    if (laid !== undefined && isWithin(laid.layout, now - LATE_MS))
      writeAll(laid.layout.fillTo(now - LATE_MS));
  }

  /** Ends what would become a silence of hours, as a clock that was set forward would make it. */
  function isWithin({ missingMs }: PcmLayout, wallMs: number): boolean {
    const missing = missingMs(wallMs);
    if (missing <= MOST_SILENCE_MS) return true;
    end(errorOf('device-failed', `${Math.round(missing / 1_000)} s are missing at once`));
    return false;
  }

  function end(error: TallylightError): void {
    if (closing !== undefined) return;
    void close();
    on.ended(error);
  }

  function close(): Promise<void> {
    stopLooking();
    closing ??= letGo();
    return closing;
  }

  async function letGo(): Promise<void> {
    await stream.close();
    isOver = true;
    sink.off('drain', goOn);
    // What waits for the sink is written all the same: it is bounded, and it was heard.
    for (const chunk of waiting.splice(0)) take(chunk);
    sink.end();
  }

  sink.on('drain', goOn);
  const stopLooking = every(LOOK_MS, look);
  const opened = () => {
    openedMs ??= nowMs();
  };
  const stream = source.open({ opened, chunk: receive, ended: end });
  return { close };
}

function lengthMs({ samples, channels, sampleRate }: PcmChunk): number {
  return (samples.length / channels / sampleRate) * 1_000;
}

const REAL_TIME: PcmFeedTime = {
  nowMs: () => Date.now(),
  every: (delayMs, run) => {
    const timer = setInterval(run, delayMs);
    return () => clearInterval(timer);
  },
};
