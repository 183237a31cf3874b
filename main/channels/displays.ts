import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail } from '../../contract/result.ts';
import { listDisplayChannels } from './linux-displays.ts';
import type { Machine } from './machine.ts';
import { listMacDisplays } from './macos-displays.ts';
import { listWindowsDisplays } from './windows-displays.ts';

/**
 * The displays of this machine and where they lie, with the device and fingerprint that `listChannels` gives them, but
 * outside Linux without the address. Cheap enough to ask every second: two short programs on Linux (about 7 ms), a few
 * calls of the system elsewhere. Errors: `display-server-missing`, `platform-not-yet`.
 */
export async function listDisplays(machine: Machine): Promise<Result<Channel[]>> {
  switch (machine.platform) {
    case 'linux':
      return listDisplayChannels(machine.env);
    case 'darwin':
      return listMacDisplays(machine);
    case 'win32':
      return listWindowsDisplays(machine, 'without-address');
    default:
      return fail('platform-not-yet', machine.platform);
  }
}
