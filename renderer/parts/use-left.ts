import { useLayoutEffect, useState } from 'react';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { endsAtMs, leftMs } from '../view/ending.ts';

/** What is left (ms, in whole seconds) before the recording ends by itself; null while that is not worth knowing. */
export function useLeft(snapshot: Snapshot | null): number | null {
  const [shown, show] = useState<number | null>(null);
  useLayoutEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    function update(): void {
      const left = snapshot === null ? null : leftMs(snapshot, Date.now());
      show(left === null ? null : Math.ceil(left / 1000) * 1000);
      const ends = snapshot !== null && endsAtMs(snapshot) !== null && left !== 0;
      if (ends) timer = setTimeout(update, (left ?? 0) % 1000 || 1000);
    }
    update();
    return () => clearTimeout(timer);
  }, [snapshot]);
  return shown;
}
