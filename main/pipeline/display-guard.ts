import type { Area, Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import { listDisplayChannels } from '../channels/linux-displays.ts';
import { createWatchdog } from './watchdog.ts';

export type DisplayGuard = { readonly close: () => void };

type DisplayGuardEvents = {
  /** The output is not there any more, or has another place or size. Final. */
  readonly gone: () => void;
  /** The X server has not said for too long where its outputs are. Final. */
  readonly unsure: () => void;
};

type DisplayGuardOptions = {
  readonly env: ProcessEnv;
  readonly list?: (env: ProcessEnv) => Promise<Result<readonly Channel[]>>;
  /** Between an answer and the next question, in milliseconds. */
  readonly everyMs?: number;
  /** Without an answer, in milliseconds. */
  readonly patienceMs?: number;
};

/**
 * Watches that a display stays where it was agreed to. ffmpeg records a rectangle of the whole X screen, and
 * goes on with whatever comes to lie there when monitors are unplugged, moved or change their size.
 */
export function guardDisplay(
  channel: Channel,
  { env, list = listDisplayChannels, everyMs = 2_000, patienceMs = 6_000 }: DisplayGuardOptions,
  on: DisplayGuardEvents,
): DisplayGuard {
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
    const listed = await list(env);
    if (isClosed) return;
    if (listed.ok) {
      if (!listed.value.some((one) => isSamePlace(one, channel))) {
        close();
        return on.gone();
      }
      deadline.restart(patienceMs);
    }
    next = setTimeout(() => void ask(), everyMs);
  }

  deadline.restart(patienceMs);
  void ask();
  return { close };
}

/** Its number may have changed: that depends on the other outputs. */
function isSamePlace(one: Channel, agreed: Channel): boolean {
  return one.device === agreed.device && placeOf(one.area) === placeOf(agreed.area);
}

function placeOf(area: Area | undefined): string {
  return area === undefined ? 'nowhere' : `${area.width}x${area.height}+${area.x}+${area.y}`;
}
