import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import { EN } from '../../contract/spoken/en.ts';
import type { Machine } from './machine.ts';

/** What `device` says where no device is opened: the host itself hears what the system plays. */
export const LOOPBACK = 'loopback';

/** System audio of macOS and Windows, where ffmpeg has no input for it. */
export function listLoopback({ hearsSystem = false }: Machine): Result<Channel[]> {
  if (!hearsSystem)
    return fail('system-audio-elsewhere', 'ffmpeg has no input for what macOS or Windows plays');
  return ok([
    {
      id: 'system_audio:default',
      kind: 'system_audio',
      name: EN.channel.systemAudio,
      device: LOOPBACK,
      isDefault: true,
    },
  ]);
}
