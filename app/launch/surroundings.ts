import { listChannels } from '../../main/channels/list.ts';
import { machineOf } from '../../main/machine.ts';

/** Whether this machine has all three kinds of channels by itself. Opens no device. */
export async function hasDisplayAndSound(env: NodeJS.ProcessEnv): Promise<boolean> {
  const listed = await listChannels(machineOf({ env }));
  if (!listed.ok) return false;
  const kinds = new Set(listed.value.channels.map(({ kind }) => kind));
  return kinds.size === 3;
}
