import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { ProcessEnv } from './host-env.ts';
import { audioChannels } from './pulse-channels.ts';
import { parseDefaults, parseSourceNames, parseSources } from './pulse-sources.ts';
import { toolOutput } from './tool-output.ts';

/** The audio channels of the sound server that `env` points to. Asks the server only; opens no device. `agreed`: see `audioChannels`. */
export async function listSoundChannels(env: ProcessEnv, agreed?: Channel): Promise<Result<Channel[]>> {
  const [list, names, info] = await Promise.all([
    toolOutput('pactl', ['list', 'sources'], env),
    toolOutput('pactl', ['list', 'short', 'sources'], env),
    toolOutput('pactl', ['info'], env),
  ]);
  for (const output of [list, names, info]) {
    if (output.kind === 'not-installed')
      return fail(
        'sound-server-missing',
        'pactl is not installed (Debian, Ubuntu: apt-get install pulseaudio-utils)',
      );
    if (output.kind === 'failed') return fail('sound-server-missing', `pactl: ${output.why}`);
  }
  if (list.kind !== 'printed' || names.kind !== 'printed' || info.kind !== 'printed')
    return fail('sound-server-missing');
  const sources = parseSources(list.stdout, parseSourceNames(names.stdout));
  const channels = audioChannels(sources, parseDefaults(info.stdout), agreed);
  return channels.length === 0
    ? fail('sound-server-missing', 'the sound server has neither a microphone nor an output')
    : ok(channels);
}
