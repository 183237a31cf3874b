import { LOOK_FILTERS } from './recorded-picture.ts';
import { METER_FILTERS } from './recorded-sound.ts';

/** What a recording cannot tell of itself without these filters; it goes on all the same. */
export const WATCHDOGS = [
  { tells: 'levels and silence', filters: METER_FILTERS },
  { tells: 'black and frozen pictures', filters: LOOK_FILTERS },
] as const;

export type MissingWatchdog = { readonly tells: string; readonly lacks: readonly string[] };

/** What an ffmpeg with these filters will not tell, and for want of which. */
export function missingWatchdogs(filters: ReadonlySet<string>): readonly MissingWatchdog[] {
  return WATCHDOGS.flatMap(({ tells, filters: needed }) => {
    const lacks = needed.filter((name) => !filters.has(name));
    return lacks.length === 0 ? [] : [{ tells, lacks }];
  });
}
