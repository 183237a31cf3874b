import type { Channel } from '../../contract/channel.ts';
import type { Result, TallylightError } from '../../contract/result.ts';
import { isSameDevice } from '../channels/same-channel.ts';
import type { Interruption } from './gap-ledger.ts';
import { isAbsence } from './restart-schedule.ts';

/** What a look for a channel's device shows. */
export type Found =
  /** It is opened; `because`: what interrupted it was that it is another device or lies elsewhere by now. */
  | { readonly kind: 'open'; readonly channel: Channel; readonly because?: Interruption }
  /** It is waited for. */
  | { readonly kind: 'absent'; readonly error: TallylightError }
  /** It was not absent: it is where it was, and opening it has failed. */
  | { readonly kind: 'there'; readonly channel: Channel; readonly error: TallylightError }
  /** Nobody can say where it is. */
  | { readonly kind: 'unknown'; readonly error: TallylightError };

/** `absence`: what the last take died of, where its device seemed not to be there. Without a list nobody knows. */
export function foundAt(
  before: Channel,
  located: Result<Channel> | undefined,
  absence: TallylightError | undefined,
): Found {
  if (located === undefined) return { kind: 'open', channel: before };
  if (!located.ok) return { kind: isAbsence(located.error) ? 'absent' : 'unknown', error: located.error };
  const channel = located.value;
  if (!isSameDevice(before, channel)) return { kind: 'open', channel, because: 'default-changed' };
  if (hasMoved(before, channel)) return { kind: 'open', channel, because: 'display-changed' };
  // Another number explains why it was not found.
  if (absence === undefined || before.address !== channel.address) return { kind: 'open', channel };
  return { kind: 'there', channel, error: absence };
}

function hasMoved({ area: before }: Channel, { area: now }: Channel): boolean {
  if (before === undefined || now === undefined) return false;
  return (
    before.x !== now.x || before.y !== now.y || before.width !== now.width || before.height !== now.height
  );
}
