import { compareKeys } from '../../contract/fragment.ts';
import type { Damage } from '../../main/vault/damage.ts';
import type { Recording } from '../../main/vault/recording.ts';
import { damageWords } from './damaged.ts';
import type { Printer } from './print.ts';

/** Says of each channel what is not in the exported files as it is damaged, and when in the recording that was. */
export function tellGaps(recording: Recording, out: Printer): void {
  for (const { id } of recording.facts().channels)
    for (const damage of recording.damages())
      if (damage.channelId === id && damage.what !== 'foreign') {
        const when = whenOf(recording, damage);
        out.line(`Not in it: ${damageWords(damage)}${whenWords(when)}.`, {
          ...{ event: 'gap', channelId: id, take: damage.take, from: damage.from, to: damage.to },
          ...{ what: damage.what, ...when },
        });
      }
}

/** Recorded time in milliseconds, from the end of what is whole before it to the beginning of what is after it. */
type When = { readonly fromMs: number; readonly toMs: number | undefined };

function whenOf(recording: Recording, { channelId, take, from }: Damage): When | undefined {
  if (take === undefined || from === undefined) return undefined;
  const headers = recording.fragments(channelId).map(({ header }) => header);
  const place = { take, sequence: from };
  const before = headers.findLast((header) => compareKeys(header, place) < 0);
  const after = headers.find((header) => header.sequence > 0 && compareKeys(header, place) > 0);
  const atMs = (header: (typeof headers)[number]) => header.startedAtMs - header.pausedBeforeMs;
  return {
    fromMs: before === undefined ? 0 : atMs(before) + before.durationMs,
    toMs: after === undefined ? undefined : atMs(after),
  };
}

function whenWords(when: When | undefined): string {
  if (when === undefined) return '';
  const { fromMs, toMs } = when;
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return `, ${seconds(fromMs)} s to ${toMs === undefined ? 'its end' : `${seconds(toMs)} s`}`;
}
