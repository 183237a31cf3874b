import type { Channel } from '../../contract/channel.ts';
import { isDefaultSound } from '../../contract/consent.ts';

/** How a channel of a list compares with the one agreed to, by its device and fingerprint. */
export type Likeness = 'same' | 'in-doubt' | 'other';

/**
 * The channel of a list that is the one agreed to: of the same kind, on the same device, and by its fingerprint, where it
 * was agreed to with one, no other monitor on the same plug. `in-doubt`: something is on that device, and nobody says what.
 *
 * Its id may have changed with what else is plugged in: a second headset of one name, a monitor that went, another default
 * microphone. Who agreed to `mic:default` saw its device's name and stays with that. Of a display without a fingerprint a
 * new number may mean another one, so there the id must be the same. The answer keeps the one that was agreed to.
 */
export function sameChannel(channels: readonly Channel[], agreed: Channel): Channel | 'in-doubt' | undefined {
  const same = channels.filter((one) => isSameDevice(agreed, one));
  const found = same.find(({ id }) => id === agreed.id) ?? same.find((one) => hasOtherId(one, agreed));
  if (found === undefined) return likenessAmong(channels, agreed) === 'in-doubt' ? 'in-doubt' : undefined;
  const { id, name, isDefault } = agreed;
  return found.id === id ? found : { ...found, id, name, isDefault };
}

/**
 * Agreed to with a fingerprint and now without one is in doubt: the system was not asked in time, or another monitor, one
 * without an EDID, hangs on the plug.
 */
function likenessOf(agreed: Channel, now: Channel): Likeness {
  if (agreed.kind !== now.kind || agreed.device !== now.device) return 'other';
  if (agreed.fingerprint === undefined || agreed.fingerprint === now.fingerprint) return 'same';
  return now.fingerprint === undefined ? 'in-doubt' : 'other';
}

/** Of the nearest of several. */
export function likenessAmong(channels: readonly Channel[], agreed: Channel): Likeness {
  const found = channels.map((one) => likenessOf(agreed, one));
  if (found.includes('same')) return 'same';
  return found.includes('in-doubt') ? 'in-doubt' : 'other';
}

/** What is in doubt is not the same. */
export function isSameDevice(agreed: Channel, now: Channel): boolean {
  return likenessOf(agreed, now) === 'same';
}

/** Whether a channel on the same device is the one agreed to although it is called otherwise now. */
function hasOtherId(one: Channel, agreed: Channel): boolean {
  switch (agreed.kind) {
    case 'display':
      return one.fingerprint !== undefined && one.fingerprint === agreed.fingerprint;
    case 'mic':
      return isDefaultSound(agreed) || (one.name === agreed.name && !isDefaultSound(one));
    case 'system_audio':
      return false;
  }
}
