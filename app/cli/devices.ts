import { listChannels } from '../../main/channels/list.ts';
import { machineOf } from '../../main/machine.ts';
import type { Command } from './command.ts';
import { printer, reasonOf } from './print.ts';

/** Lists what this machine can capture, without opening any of it. */
export const devices: Command = {
  options: ['json'],
  run: async (values) => {
    const out = printer(values.json === true);
    const listed = await listChannels(machineOf({ env: process.env }));
    if (!listed.ok) return out.failed(listed.error);
    const { channels, missing } = listed.value;
    const width = Math.max(0, ...channels.map(({ id }) => id.length));
    for (const channel of channels) {
      const { area, fingerprint } = channel;
      const print = fingerprint === undefined ? '' : `, also display:${fingerprint}`;
      const place =
        area === undefined ? '' : `  ${area.width} × ${area.height} at ${area.x},${area.y}${print}`;
      out.line(`${channel.id.padEnd(width)}  ${channel.name}${place}`, { event: 'channel', ...channel });
    }
    if (channels.length > 0) for (const error of missing) out.note(reasonOf(error));
    const codes = channels.length > 0 ? [] : missing.map((error) => out.failed(error));
    return codes[0] ?? 0;
  },
};
