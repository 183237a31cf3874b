import type { Quanta } from './orders.ts';

/** Eight quanta of 128 frames: 21 ms at 48 kHz. */
const QUANTA = 8;
const FRAMES = 128;

/** Passes what it hears on to a port it is given, in order and counted; silence where it hears nothing. */
class QuantaProcessor extends AudioWorkletProcessor {
  private out: MessagePort | undefined;
  private samples = new Float32Array(QUANTA * FRAMES * 2);
  private filled = 0;
  private startFrame = 0;

  constructor() {
    super();
    this.port.onmessage = ({ ports }) => {
      this.out = ports[0];
    };
  }

  process([input]: readonly (readonly Float32Array[])[]): boolean {
    if (this.filled === 0) this.startFrame = currentFrame;
    const left = input?.[0];
    const right = input?.[1] ?? left;
    for (let frame = 0; frame < FRAMES; frame++) {
      this.samples[this.filled++] = left?.[frame] ?? 0;
      this.samples[this.filled++] = right?.[frame] ?? 0;
    }
    if (this.filled === this.samples.length) this.pass();
    return true;
  }

  private pass(): void {
    const { samples, startFrame: frame } = this;
    this.out?.postMessage({ frame, sampleRate, channels: 2, samples } satisfies Quanta, [samples.buffer]);
    this.samples = new Float32Array(QUANTA * FRAMES * 2);
    this.filled = 0;
  }
}

registerProcessor('quanta', QuantaProcessor);
