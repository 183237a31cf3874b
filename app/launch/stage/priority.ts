import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Puts a process ahead of others, as far as this user may: sound that is late is wrong. Linux weighs sessions
 * against each other before it looks at the processes in one (autogroups), so both are told.
 */
export function hurry(pid: number | undefined): void {
  if (pid === undefined) return;
  const priority = constants.priority.PRIORITY_HIGH;
  attempt(() => setPriority(pid, priority));
  attempt(() => writeFileSync(`/proc/${pid}/autogroup`, `${priority}`));
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Only root may, and some kernels have no autogroups: on a busy machine the sound is then less punctual.
  }
}
