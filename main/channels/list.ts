import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { ChannelList } from './channel-list.ts';
import { listLinuxChannels } from './linux.ts';
import type { Machine } from './machine.ts';
import { listMacosChannels } from './macos.ts';
import { listWindowsChannels } from './windows.ts';

/**
 * Lists what can be captured, without opening a device. On Linux it is always ok, with what is not there
 * under `missing`; elsewhere it fails with `platform-not-yet`. Takes about 50 ms, at most 15 s.
 */
export async function listChannels(machine: Machine): Promise<Result<ChannelList>> {
  switch (machine.platform) {
    case 'linux':
      return ok(await listLinuxChannels(machine.env));
    case 'darwin':
      return listMacosChannels();
    case 'win32':
      return listWindowsChannels();
    default:
      return fail('platform-not-yet', machine.platform);
  }
}

/**
 * The same channel on the same device as it is now: of a display only the place and size may have changed.
 * A name such as `mic:default` or `display:1` that stands for another device by now is not what was agreed to.
 * Fails with `device-gone`, or with the reason why the whole kind is missing.
 */
export async function locateChannel(machine: Machine, channel: Channel): Promise<Result<Channel>> {
  const list = await listChannels(machine);
  if (!list.ok) return list;
  const found = list.value.channels.find(({ id, device }) => id === channel.id && device === channel.device);
  if (found !== undefined) return ok(found);
  const cause = channel.kind === 'display' ? 'display-server-missing' : 'sound-server-missing';
  const missing = list.value.missing.find(({ code }) => code === cause);
  return missing === undefined ? fail('device-gone', channel.id) : { ok: false, error: missing };
}
