import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { MAX_FRAGMENT_BYTES } from '../../contract/fragment.ts';
import { createSplitter } from './splitter.ts';
import { TEST_ENV } from './test-devices.ts';
import { encoderOptions, SOFTWARE_ENCODER } from './video-encoder.ts';

test('of the worst there is to see, noise in full HD, a fragment stays below its largest size', async () => {
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      ...[
        '-loglevel',
        'error',
        '-f',
        'lavfi',
        '-i',
        'color=gray:size=1920x1080:rate=30,noise=alls=100:allf=t+u',
      ],
      ...['-frames:v', '25', '-pix_fmt', 'yuv420p'],
      ...encoderOptions(SOFTWARE_ENCODER, { framesPerSecond: 30, fragmentMs: 800 }),
      ...[
        '-movflags',
        'empty_moov+default_base_moof+skip_trailer',
        '-frag_duration',
        '800000',
        '-f',
        'mp4',
        '-',
      ],
    ],
    { env: TEST_ENV, encoding: 'buffer', maxBuffer: 4 * MAX_FRAGMENT_BYTES },
  );
  const segments = createSplitter().push(stdout);
  expect(segments.ok && segments.value.map(({ kind }) => kind)).toEqual(['init', 'media', 'media']);
});
