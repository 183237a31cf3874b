import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { isChoosing } from './states.ts';

/** Where in the face the person is. The lamp is in sight everywhere. */
export type Place = 'session' | 'settings';

/** Without main there is nothing to set, and only one place. */
export function placeOf(wanted: Place, snapshot: Snapshot | null): Place {
  return snapshot === null ? 'session' : wanted;
}

/**
 * Whether the actions of the session are offered: pausing and stopping everywhere, agreeing only where what one agrees to can
 * be read.
 */
export function offersActions(place: Place, snapshot: Snapshot | null): boolean {
  return place === 'session' || (snapshot !== null && !isChoosing(snapshot.session.state));
}
