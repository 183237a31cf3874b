import { rotateMasterKey } from '../../backend/operate.ts';
import type { Command } from './command.ts';
import { serviceDir } from './data-dir.ts';
import { printer } from './print.ts';

/** Wraps every key of the store for a new master key. The service must not run. */
export const masterKeyRotate: Command = {
  options: ['json', 'data'],
  run: async (values) => {
    const out = printer(values.json === true);
    const rotated = await rotateMasterKey({ dataDir: values.data ?? serviceDir() });
    if (!rotated.ok) return out.failed(rotated.error);
    const { place, isScrubbed } = rotated.value;
    out.line('The master key was exchanged: every key is wrapped anew, no data was touched.', {
      ...{ event: 'rotated', place, isScrubbed },
    });
    if (!isScrubbed)
      out.note(
        'Another program reads the database, so keys as the old one wrapped them are in its files still. End that program: the service does away with them within a minute of its next start.',
      );
    if (place === 'named')
      out.note(
        'From now on name the new key where the old one was: TALLYLIGHT_MASTER_KEY, …_FILE or …_COMMAND.',
      );
    out.note(
      'The old key opens copies from before, and nothing else: keep it only as long as you keep those.',
    );
    return 0;
  },
};
