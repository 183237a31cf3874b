import type { FragmentKey } from '../../contract/fragment.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';

/**
 * What is wrong at one place of a channel:
 * - `unreadable`: fragments that do not open, or are not there;
 * - `unchained`: one that opens, but not after what stands before it;
 * - `foreign`: something before a fragment that does not belong there;
 * - `undecodable`: fragments that are whole, but the first of their take, without which no player takes them, is not;
 * - `key`: the channel's key does not open;
 * - `missing`: fewer fragments than there were at the end of the recording.
 */
type DamageKind = 'unreadable' | 'unchained' | 'foreign' | 'undecodable' | 'key' | 'missing';

/** Fragments `from` to `to` of a take, both included; of a whole channel there are none. */
export type Damage = {
  readonly channelId: string;
  readonly what: DamageKind;
  readonly take?: number;
  readonly from?: number;
  readonly to?: number;
  /** How many fragments cannot be had because of it, where that is known. */
  readonly lost: number;
  /** How its beginning is named. */
  readonly detail: string;
};

export function damagedFragments(
  what: DamageKind,
  { channelId, take, sequence: from }: FragmentKey,
  to = from,
  lost = to - from + 1,
): Damage {
  return { channelId, what, take, from, to, lost, detail: placeOf({ channelId, take, sequence: from }) };
}

/** As it is told where one is enough. */
export function firstOf([first]: readonly Damage[]): TallylightError | undefined {
  return first === undefined ? undefined : errorOf('vault-damaged', first.detail);
}

/** How a fragment is named to a person. */
export function placeOf({ channelId, take, sequence }: FragmentKey): string {
  return `${channelId} take ${take} fragment ${sequence}`;
}
