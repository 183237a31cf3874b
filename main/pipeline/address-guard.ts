import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import type { ChannelList } from '../channels/channel-list.ts';
import { listChannels } from '../channels/list.ts';
import type { Machine } from '../channels/machine.ts';
import type { Likeness } from '../channels/same-channel.ts';
import { likenessAmong } from '../channels/same-channel.ts';
import { createWatchdog } from './watchdog.ts';

export type AddressGuard = { readonly close: () => void };

type AddressGuardEvents = {
  /** The address was the agreed device's when it was opened. Final. */
  readonly confirmed: () => void;
  /** It is another device's by now, or nobody's. Final. */
  readonly gone: () => void;
  /** The system has not said in time. Final. */
  readonly unsure: () => void;
};

type AddressGuardOptions = {
  readonly machine: Machine;
  readonly list?: (machine: Machine) => Promise<Result<ChannelList>>;
  /** In milliseconds. */
  readonly patienceMs?: number;
  /** Between an answer of no use and the next question, in milliseconds. */
  readonly pauseMs?: number;
};

/**
 * Makes sure that a device which ffmpeg opens by its number is the one that was agreed to: numbers move when
 * devices come and go, and one may have come between the list and the opening. To be started once something of the
 * device has arrived: before that ffmpeg may have yet to open it. A device that is open stays, whatever its number becomes.
 */
export function guardAddress(
  channel: Channel,
  { machine, list = listChannels, patienceMs = 10_000, pauseMs = 500 }: AddressGuardOptions,
  on: AddressGuardEvents,
): AddressGuard {
  let isClosed = false;
  let next: NodeJS.Timeout | undefined;
  const deadline = createWatchdog(() => {
    close();
    on.unsure();
  });

  function close(): void {
    isClosed = true;
    clearTimeout(next);
    deadline.cancel();
  }

  async function ask(): Promise<void> {
    const listed = await list(machine);
    if (isClosed) return;
    const verdict = listed.ok ? verdictOf(listed.value.channels, channel) : 'in-doubt';
    if (verdict === 'in-doubt') {
      next = setTimeout(() => void ask(), pauseMs);
      return;
    }
    close();
    if (verdict === 'same') on.confirmed();
    else on.gone();
  }

  deadline.restart(patienceMs);
  void ask();
  return { close };
}

function verdictOf(listed: readonly Channel[], agreed: Channel): Likeness {
  const mine = listed.filter(({ kind }) => kind === agreed.kind);
  // An empty list says more about ffmpeg than about the device.
  if (mine.length === 0) return 'in-doubt';
  const there = mine.filter(({ address }) => address === agreed.address);
  return likenessAmong(there, agreed);
}
