import type { RefObject } from 'react';
import type { Face } from '../store/face.ts';
import { clock } from '../view/format.ts';
import { heroFor } from '../view/hero.ts';
import { words } from '../words.ts';

type Props = {
  readonly face: Face;
  readonly elapsed: number;
  /** Milliseconds until the recording ends by itself, where that is soon. */
  readonly left: number | null;
  readonly heading: RefObject<HTMLHeadingElement | null>;
};

/** The one big fact. The heading takes the focus when the button that had it is gone. */
export function HeroBlock({ face, elapsed, left, heading }: Props) {
  const { fact, sentence } = heroFor(face);
  return (
    <div className="hero">
      <h1 ref={heading} tabIndex={-1}>
        {fact === 'elapsed' ? (
          <time dateTime={`PT${Math.floor(elapsed / 1000)}S`}>{clock(elapsed)}</time>
        ) : (
          fact
        )}
      </h1>
      {sentence === '' ? null : <p>{sentence}</p>}
      {left === null ? null : <p className="hero-ending">{words.ending.left(clock(left))}</p>}
      {face.snapshot === null && face.connection === 'lost' ? <p>{words.lost.unknown}</p> : null}
    </div>
  );
}
