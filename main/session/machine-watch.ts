import { CHANNEL_KINDS, type ChannelKind } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { PowerEvent } from '../host.ts';
import type { ClockJump } from '../pipeline/clock-watch.ts';
import type { SessionEvent } from './machine.ts';
import { refusedBy } from './permitted.ts';
import type { RecorderParts } from './recorder-parts.ts';

export type MachineEvents = {
  readonly happen: (event: SessionEvent) => void;
  /** Whether what records is to pause while the screen is locked. */
  readonly pausesOnLock: () => boolean;
  /** The clocks no longer fit what was recorded by them. */
  readonly clockStepped: (jump: ClockJump) => void;
  /** The machine slept until now: what is waited for need not be waited for any longer. */
  readonly woke: () => void;
};

export type MachineWatch = {
  /** A recording has begun: what was told before it is told again, as far as it still holds. */
  readonly begun: () => void;
  readonly end: () => void;
};

/** Follows clock and power of the machine. */
export function watchMachine({ watchClock, host }: RecorderParts, on: MachineEvents): MachineWatch {
  let isLocked = false;
  function pauseIfLocked(): void {
    if (isLocked && on.pausesOnLock()) on.happen({ type: 'pause', reason: 'lock' });
  }
  /** Where a machine sleeps, no device goes on; what was recording then begins anew when it wakes. */
  function powerChanged(event: PowerEvent): void {
    if (event === 'lock' || event === 'unlock') isLocked = event === 'lock';
    if (event === 'suspend') on.happen({ type: 'pause', reason: 'sleep' });
    else if (event === 'resume') {
      on.woke();
      on.happen({ type: 'resume', by: 'wake' });
    } else if (event === 'unlock') on.happen({ type: 'resume', by: 'unlock' });
    else pauseIfLocked();
  }
  function clockJumped(jump: ClockJump): void {
    // Linux tells nobody that it slept, and there the clocks are apart by as long.
    if (jump.stepMs > 0) on.woke();
    on.clockStepped(jump);
  }
  const ends = [watchClock?.(clockJumped), host.shell?.onPower(powerChanged)];
  return {
    begun: pauseIfLocked,
    end: () => {
      for (const end of ends) end?.();
    },
  };
}

/**
 * Follows the system's word on these kinds of channels while they record; returns how to end it. What a capture of
 * this process showed is no word of the system: a black picture is told as what it is, and recorded on.
 */
export function watchRefusals(
  { watchPermission }: Pick<RecorderParts, 'watchPermission'>,
  kinds: ReadonlySet<ChannelKind>,
  refused: (kind: ChannelKind, error: TallylightError) => void,
): () => void {
  const ends = CHANNEL_KINDS.filter((kind) => kinds.has(kind)).map((kind) =>
    watchPermission?.(kind, (permission) => {
      const allowed = refusedBy(permission);
      if (!allowed.ok && permission.byCapture !== true) refused(kind, allowed.error);
    }),
  );
  return () => {
    for (const end of ends) end?.();
  };
}
