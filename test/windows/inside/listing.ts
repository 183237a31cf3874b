import { ok } from '../../../contract/result.ts';
import { listChannels } from '../../../main/channels/list.ts';
import { machineOf } from '../../../main/machine.ts';
import { findFfmpeg } from '../../../main/pipeline/ffmpeg-finder.ts';
import { asked, tell } from './told.ts';

/** Lists this machine's channels through the ffmpeg that is named, whether or not we would record with it. */

const { ffmpeg } = asked<{ readonly ffmpeg: string }>();
const env = { ...process.env, TALLYLIGHT_FFMPEG: ffmpeg };
const found = await findFfmpeg({ platform: 'win32', env });
tell({ what: 'found', found: found.ok ? found.value.version : found.error });
const machine = machineOf({ env }, 'win32');
const listed = await listChannels({
  ...machine,
  ...(found.ok ? {} : { ffmpeg: async () => ok({ path: ffmpeg }) }),
});
tell({ what: 'listed', listed });
