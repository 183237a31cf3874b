import { useLayoutEffect, useState } from 'react';
import type { Face } from '../store/face.ts';
import { elapsedMs, isTicking, steady } from '../view/elapsed.ts';

/** The recording's time in whole seconds (ms), going on by itself only while the lamp is live. */
export function useElapsed(face: Face): number {
  const [shown, show] = useState(0);
  useLayoutEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    function update(): void {
      const now = elapsedMs(face, performance.now());
      const whole = Math.floor(now / 1000) * 1000;
      show((before) => (isTicking(face) ? steady(before, whole) : whole));
      if (isTicking(face)) timer = setTimeout(update, 1000 - (now % 1000));
    }
    update();
    return () => clearTimeout(timer);
  }, [face]);
  return shown;
}
