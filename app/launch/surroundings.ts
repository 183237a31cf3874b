import { listChannels } from '../../main/channels/list.ts';
import { machineOf } from '../../main/machine.ts';

/** Whether this machine has all three kinds of channels by itself. Opens no device. */
export async function hasDisplayAndSound(env: NodeJS.ProcessEnv): Promise<boolean> {
  // Asked for a sound server that is not there either, libpulse would leave a folder of its own in the temporary one.
  if (process.platform === 'linux' && env.DISPLAY === undefined) return false;
  const listed = await listChannels(machineOf({ env }));
  if (!listed.ok) return false;
  const kinds = new Set(listed.value.channels.map(({ kind }) => kind));
  return kinds.size === 3;
}
