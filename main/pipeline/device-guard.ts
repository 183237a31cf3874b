import type { Channel } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';
import type { Machine } from '../channels/machine.ts';
import { LOOPBACK } from '../channels/system-audio.ts';
import type { AddressGuard } from './address-guard.ts';
import { guardAddress } from './address-guard.ts';
import { guardDisplay } from './display-guard.ts';
import { guardPresence } from './presence-guard.ts';
import { guardSource } from './source-guard.ts';

/** Watches that what is recorded is of the device that was agreed to. */
export type DeviceGuard = {
  /** Whether it has yet to be made sure what is recorded; what arrives meanwhile is not to be passed on. */
  readonly isInDoubt: () => boolean;
  /** Something arrived: the device is open. Where this is not there, a doubt cannot be settled once the recording is over. */
  readonly arrived?: () => void;
  readonly close: () => void;
};

export type DeviceGuardEvents = {
  /** What arrived up to this time of `performance.now()` is of the agreed device. */
  readonly cleared: (untilMs: number) => void;
  /** It is of another device, or nobody can tell. Final. */
  readonly lost: (error: TallylightError) => void;
};

export type Opened = {
  readonly channel: Channel;
  readonly machine: Machine;
  /** Of the process that the sound server knows as the recorder. */
  readonly recorderPid: number;
};

/** The guard of a device that is open or about to be, by what can happen to it on this system. */
export function guardDevice(opened: Opened, on: DeviceGuardEvents): DeviceGuard {
  const { channel, machine } = opened;
  const guard = channel.kind === 'display' ? display : sound;
  const hasNumber = channel.address !== undefined && machine.platform !== 'linux';
  return hasNumber ? numbered(opened, guard, on) : guard(opened, on);
}

function display({ channel, machine }: Opened, { cleared, lost }: DeviceGuardEvents): DeviceGuard {
  const guard = guardDisplay(
    channel,
    { machine },
    {
      cleared,
      gone: () => lost(errorOf('device-gone', `${channel.id}: it is not where it was agreed to be`)),
      unsure: () => lost(errorOf('device-failed', `${channel.id}: the system does not say where it is`)),
    },
  );
  return { isInDoubt: () => true, arrived: guard.look, close: guard.close };
}

/** What the host hears of the system is of no device. */
const UNMOVED: DeviceGuard = { isInDoubt: () => false, close: () => undefined };

function sound({ channel, machine, recorderPid }: Opened, { cleared, lost }: DeviceGuardEvents): DeviceGuard {
  if (machine.platform !== 'linux') {
    if (channel.device === LOOPBACK) return UNMOVED;
    // A recording stays on the device it was opened on.
    const gone = () => lost(errorOf('device-gone', `${channel.id}: the system does not list it any more`));
    return { isInDoubt: () => false, close: guardPresence(channel, { machine }, gone).close };
  }
  return guardSource(
    { pid: recorderPid, source: channel.device, platform: machine.platform, env: machine.env },
    {
      cleared,
      moved: () =>
        lost(errorOf('device-moved', `${channel.id}: the sound server moved it to another device`)),
      unsure: () =>
        lost(
          errorOf('device-failed', `${channel.id}: the sound server does not say what it is a recording of`),
        ),
    },
  );
}

/**
 * Until the number that was opened is confirmed, nothing passes, whatever the other guard says. It is asked for when the
 * first thing arrives: a process that has just been started may open its device long after another took the number.
 */
function numbered(
  opened: Opened,
  guarded: (opened: Opened, on: DeviceGuardEvents) => DeviceGuard,
  on: DeviceGuardEvents,
): DeviceGuard {
  const { channel, machine } = opened;
  let isConfirmed = false;
  let clearedToMs = Number.NEGATIVE_INFINITY;
  const guard = guarded(opened, {
    lost: on.lost,
    cleared: (untilMs) => {
      clearedToMs = untilMs;
      if (isConfirmed) on.cleared(untilMs);
    },
  });
  let number: AddressGuard | undefined;
  const startNumber = () =>
    guardAddress(
      channel,
      { machine },
      {
        confirmed: () => {
          isConfirmed = true;
          on.cleared(clearedToMs);
        },
        gone: () =>
          on.lost(errorOf('device-gone', `${channel.id}: what was opened by its number is another device`)),
        unsure: () =>
          on.lost(errorOf('device-failed', `${channel.id}: the system does not say which device was opened`)),
      },
    );
  return {
    isInDoubt: () => !isConfirmed || guard.isInDoubt(),
    arrived: () => {
      number ??= startNumber();
      guard.arrived?.();
    },
    close: () => {
      number?.close();
      guard.close();
    },
  };
}
