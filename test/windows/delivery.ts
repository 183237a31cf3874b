import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbedded } from '../../app/launch/embedded.ts';
import { download, wholeSession } from '../../app/launch/service-side.ts';
import { newSession } from '../e2e/house.ts';
import { assertPicture } from './desktop.ts';
import { ffmpegExe, nodeExe } from './lab.ts';
import { labDisplay, labMicrophone } from './listing.ts';
import { assertTone } from './microphone.ts';
import { outputsFolder, windowsPath } from './mounts.ts';
import { projectFolder } from './place.ts';
import type { Trial } from './trial.ts';

export const delivery: readonly Trial[] = [
  {
    name: '`tallylight record` delivers the tone and the picture to a media service',
    run: async (lab) => {
      const embedded = await startEmbedded(join(outputsFolder, 'service'), {
        ...process.env,
        ...lab.env,
      });
      try {
        const { sessionId, token } = await newSession({ embedded });
        const channels = [await labMicrophone(lab), await labDisplay(lab)];
        const { code, stdout, stderr } = await lab.run(
          nodeExe,
          [
            ...[
              '--no-warnings',
              windowsPath(join(projectFolder, 'app', 'cli', 'main.ts')),
              'record',
              '--json',
            ],
            ...['--server', embedded.server, '--session', sessionId, '--duration', '4'],
            ...['--data', windowsPath(join(outputsFolder, 'client'))],
            ...channels.flatMap(({ id }) => ['--store', id]),
          ],
          { TALLYLIGHT_TOKEN: token, TALLYLIGHT_FFMPEG: ffmpegExe('7.1'), TALLYLIGHT_DEBUG: '1' },
        ).ended;
        assert.equal(code, 0, `${stdout}${stderr}`);
        const { videos } = await wholeSession(embedded, sessionId);
        const [sound, picture] = await Promise.all(
          channels.map(async ({ id }) => {
            const video = videos.find(({ name }) => name === id);
            assert.ok(video !== undefined, `${id} was not delivered: ${JSON.stringify(videos)}`);
            const file = join(outputsFolder, `delivered-${id.replace(':', '-')}.mp4`);
            await writeFile(file, await download(embedded, video.id));
            return file;
          }),
        );
        return `${await assertTone(sound ?? '')}; ${await assertPicture(picture ?? '')}`;
      } finally {
        await embedded.close();
      }
    },
  },
];
