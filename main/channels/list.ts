import type { Channel, ChannelKind } from '../../contract/channel.ts';
import { isDefaultSound } from '../../contract/consent.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { ChannelList } from './channel-list.ts';
import { listLinuxChannels, listLinuxKind } from './linux.ts';
import type { Machine } from './machine.ts';
import { listMacChannels } from './macos.ts';
import { sameChannel } from './same-channel.ts';
import { listWindowsChannels } from './windows.ts';

/**
 * Lists what can be captured, without opening a device; what is not there is named under `missing`. Fails with
 * `platform-not-yet` on other systems than Linux, macOS and Windows. Takes about 50 ms on Linux; elsewhere ffmpeg is
 * asked, which takes a second on some Macs; at most 15 s.
 */
export async function listChannels(machine: Machine): Promise<Result<ChannelList>> {
  switch (machine.platform) {
    case 'linux':
      return ok(await listLinuxChannels(machine.env));
    case 'darwin':
      return ok(await listMacChannels(machine));
    case 'win32':
      return ok(await listWindowsChannels(machine));
    default:
      return fail('platform-not-yet', machine.platform);
  }
}

/** Enough to find one of this kind: what is asked for every second should cost no more. */
async function listKind(machine: Machine, kind: ChannelKind, agreed?: Channel): Promise<Result<ChannelList>> {
  // Elsewhere one ffmpeg lists them all.
  return machine.platform === 'linux'
    ? ok(await listLinuxKind(machine.env, kind, agreed))
    : listChannels(machine);
}

/**
 * The same channel on the same device as it is now: address, place and size may have changed. A name such as
 * `mic:default` or `display:1` that stands for another device by now is not what was agreed to. The answer has the id
 * that was asked for. Fails with `device-gone`, with the reason why the whole kind is missing, or with `device-failed` where
 * a display was agreed to by its fingerprint, and what is on its plug now has none.
 */
export async function locateChannel(machine: Machine, channel: Channel): Promise<Result<Channel>> {
  const list = await listKind(machine, channel.kind, channel);
  if (!list.ok) return list;
  const found = sameChannel(list.value.channels, channel);
  if (found === 'in-doubt')
    return fail('device-failed', `${channel.id}: the system does not say which monitor is on its plug`);
  return found === undefined ? goneFrom(list.value, channel) : ok(found);
}

/**
 * For who chose to follow the default: the channel of the same id on whatever device the system uses by default now. A
 * channel that is not a default one follows nothing and is located as `locateChannel` does. Fails like that.
 */
export async function defaultOf(machine: Machine, channel: Channel): Promise<Result<Channel>> {
  if (!isDefaultSound(channel)) return locateChannel(machine, channel);
  const list = await listKind(machine, channel.kind);
  if (!list.ok) return list;
  const found = list.value.channels.find(({ id }) => id === channel.id);
  return found === undefined ? goneFrom(list.value, channel) : ok(found);
}

/** Why a whole kind may be missing: no server, or an ffmpeg that lists nothing. */
const CAUSES: Readonly<Record<Channel['kind'], readonly ErrorCode[]>> = {
  mic: ['sound-server-missing', 'ffmpeg-missing', 'ffmpeg-too-old', 'ffmpeg-lacks-device', 'device-failed'],
  system_audio: ['sound-server-missing', 'system-audio-elsewhere'],
  display: ['display-server-missing', 'ffmpeg-missing', 'ffmpeg-too-old', 'device-failed'],
};

function goneFrom({ channels, missing }: ChannelList, { id, kind }: Channel): Result<never> {
  const isKindThere = channels.some((one) => one.kind === kind);
  const cause = isKindThere ? undefined : missing.find(({ code }) => CAUSES[kind].includes(code));
  return cause === undefined ? fail('device-gone', id) : { ok: false, error: cause };
}
