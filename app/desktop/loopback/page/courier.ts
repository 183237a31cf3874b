import type { FromPage, Sound } from './messages.ts';

/** Takes pieces as they come, however small, and sends them on as fewer and larger ones. */
export type Courier = {
  readonly carry: (piece: Omit<Sound, 'type' | 'number'>) => void;
  /** The other side has taken the piece of this number. */
  readonly taken: (number: number) => void;
  /** Sends what is waiting for more. */
  readonly flush: () => void;
};

/** Long enough that messages are few, short against what an encoder waits for anyway. */
const BATCH_MS = 40;
/** Pieces follow each other where the next begins as the last ends; what differs more is a gap, and is kept apart. */
const JOIN_MS = 2;
/** Sound that was sent and not taken: 2 s. The other side's own queue comes on top. */
const MOST_UNTAKEN = 50;

/** Bounded: where nobody takes what is sent, the newest is given up, and the next piece's time shows what is missing. */
export function createCourier(send: (message: FromPage) => void): Courier {
  let waiting: Omit<Sound, 'type' | 'number'>[] = [];
  let waitingMs = 0;
  let next = 0;
  let takenUpTo = -1;

  function flush(): void {
    const [first] = waiting;
    if (first === undefined) return;
    const { startedWallMs, channels, sampleRate } = first;
    const samples = joined(waiting.map((piece) => piece.samples));
    const lengthMs = waitingMs;
    waiting = [];
    waitingMs = 0;
    if (next - takenUpTo > MOST_UNTAKEN) send({ type: 'lost', milliseconds: lengthMs });
    else send({ type: 'sound', number: next++, startedWallMs, samples, channels, sampleRate });
  }

  return {
    carry: (piece) => {
      if (!isNext(piece, waiting[0], waitingMs)) flush();
      waiting.push(piece);
      waitingMs += (piece.samples.length / piece.channels / piece.sampleRate) * 1_000;
      if (waitingMs >= BATCH_MS) flush();
    },
    taken: (number) => {
      takenUpTo = Math.max(takenUpTo, Math.min(number, next - 1));
    },
    flush,
  };
}

type Piece = Omit<Sound, 'type' | 'number'>;

function isNext(piece: Piece, first: Piece | undefined, waitingMs: number): boolean {
  if (first === undefined) return true;
  if (piece.channels !== first.channels || piece.sampleRate !== first.sampleRate) return false;
  return Math.abs(piece.startedWallMs - (first.startedWallMs + waitingMs)) <= JOIN_MS;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
