import type { Lamp } from '../../contract/bridge/snapshot.ts';
import type { Face } from '../store/face.ts';

/** The lamp of the snapshot, or `unknown` where there is none: a face never lights it by itself. */
export type LampShown = Lamp | 'unknown';

export function lampOf(face: Face): LampShown {
  return face.snapshot?.lamp ?? 'unknown';
}
