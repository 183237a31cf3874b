import type { RefObject } from 'react';
import type { Face } from '../store/face.ts';
import { clock } from '../view/format.ts';
import { heroFor } from '../view/hero.ts';
import { words } from '../words.ts';

type Props = {
  readonly face: Face;
  readonly elapsed: number;
  readonly heading: RefObject<HTMLHeadingElement | null>;
};

/** The one big fact. The heading takes the focus when the button that had it is gone. */
export function HeroBlock({ face, elapsed, heading }: Props) {
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
      {face.snapshot === null && face.connection === 'lost' ? <p>{words.lost.unknown}</p> : null}
    </div>
  );
}
