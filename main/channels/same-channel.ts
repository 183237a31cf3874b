import type { Channel } from '../../contract/channel.ts';

/**
 * The channel of a list that is the one agreed to: of the same kind, on the same device, and by its fingerprint, where both
 * have one, no other monitor on the same plug.
 *
 * Its id may have changed with what else is plugged in: a second headset of one name, a monitor that went, another default
 * microphone. Who agreed to `mic:default` saw its device's name and stays with that. Of a display without a fingerprint a
 * new number may mean another one, so there the id must be the same. The answer keeps the one that was agreed to.
 */
export function sameChannel(channels: readonly Channel[], agreed: Channel): Channel | undefined {
  const same = channels.filter((one) => isSameDevice(one, agreed));
  const found = same.find(({ id }) => id === agreed.id) ?? same.find((one) => hasOtherId(one, agreed));
  if (found === undefined) return undefined;
  const { id, name, isDefault } = agreed;
  return found.id === id ? found : { ...found, id, name, isDefault };
}

export function isSameDevice(one: Channel, other: Channel): boolean {
  const isOther =
    one.fingerprint !== undefined && other.fingerprint !== undefined && one.fingerprint !== other.fingerprint;
  return one.kind === other.kind && one.device === other.device && !isOther;
}

/** Whether a channel on the same device is the one agreed to although it is called otherwise now. */
function hasOtherId(one: Channel, agreed: Channel): boolean {
  switch (agreed.kind) {
    case 'display':
      return one.fingerprint !== undefined && one.fingerprint === agreed.fingerprint;
    case 'mic':
      return isDefaultChannel(agreed) || (one.name === agreed.name && !isDefaultChannel(one));
    case 'system_audio':
      return false;
  }
}

/** Whether a channel stands for what the system uses by default, and not for a device of its own. */
export function isDefaultChannel({ id }: Pick<Channel, 'id'>): boolean {
  return id.endsWith(':default');
}
