import type { SessionState, Snapshot } from '../../contract/bridge/snapshot.ts';

/** States in which devices may be open, so that a live lamp is what one expects. */
export function isRunning(state: SessionState): boolean {
  return state === 'starting' || state === 'recording' || state === 'paused' || state === 'stopping';
}

/** Before the first act of consent: the person is choosing. */
export function isChoosing(state: SessionState): boolean {
  return state === 'idle' || state === 'consenting';
}

/** Devices are on their way, at the start or after a pause, and nothing has arrived yet. */
export function isOpening({ lamp, channels }: Snapshot): boolean {
  return lamp === 'off' && channels.some(({ state }) => state === 'starting');
}
