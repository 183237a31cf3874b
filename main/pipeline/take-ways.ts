import type { Channel } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import { variantsOf } from './arguments.ts';
import type { Capture, CaptureFfmpeg } from './capture-way.ts';
import { isAbsence } from './restart-schedule.ts';
import { SOFTWARE_ENCODER } from './video-encoder.ts';

/** How the next take of a channel opens its device: which of several ways, and with which encoder. */
export type TakeWays = {
  readonly current: () => { readonly variant: number; readonly ffmpeg: CaptureFfmpeg };
  /** Takes the next way, where there is one that was not tried yet. */
  readonly next: (channel: Channel) => boolean;
  /** A take brought no media and died of this, although its device is there. */
  readonly broughtNothing: (channel: Channel, error: TallylightError) => void;
};

type How = Pick<Capture, 'format' | 'platform' | 'env'> & { readonly ffmpeg: CaptureFfmpeg };

/**
 * Ways are only gone forward. An encoder in hardware is given up first: it was tried with a small picture alone, and may
 * refuse the size of this display. A device that ffmpeg does not find is not its fault.
 */
export function createTakeWays(how: How): TakeWays {
  let { ffmpeg } = how;
  let variant = 0;

  function next(channel: Channel): boolean {
    if (variant + 1 >= variantsOf({ ...how, channel, ffmpeg }).length) return false;
    variant++;
    return true;
  }

  return {
    current: () => ({ variant, ffmpeg }),
    next,
    broughtNothing: (channel, error) => {
      const { videoEncoder = SOFTWARE_ENCODER } = ffmpeg;
      if (channel.kind === 'display' && videoEncoder !== SOFTWARE_ENCODER && !isAbsence(error))
        ffmpeg = { ...ffmpeg, videoEncoder: SOFTWARE_ENCODER };
      else next(channel);
    },
  };
}
