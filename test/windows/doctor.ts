import assert from 'node:assert/strict';
import { join } from 'node:path';
import { doctorReport } from '../../app/cli/doctor-report.ts';
import type { Trial as Tried } from '../../app/cli/doctor-trial.ts';
import { ffmpegExe, nodeExe } from './lab.ts';
import { windowsPath } from './mounts.ts';
import { projectFolder } from './place.ts';
import type { Trial } from './trial.ts';

export const doctor: readonly Trial[] = [
  {
    name: '`tallylight doctor --record` records the microphone and the screen, and says by what, and what it tried',
    run: async (lab) => {
      const main = windowsPath(join(projectFolder, 'app', 'cli', 'main.ts'));
      const { stdout, stderr } = await lab.run(
        nodeExe,
        ['--no-warnings', main, 'doctor', '--record', '--yes', '--duration', '2', '--json'],
        { TALLYLIGHT_FFMPEG: ffmpegExe('7.1'), TALLYLIGHT_DEBUG: '1' },
      ).ended;
      const [first = '', last = ''] = stdout.trim().split('\n');
      assert.notEqual(last, '', stderr);
      const { ffmpeg, system } = doctorReport.parse(JSON.parse(first));
      assert.equal(system.platform, 'win32');
      const trials = ffmpeg?.encoderTrials ?? [];
      assert.deepEqual(
        trials.map(({ encoder }) => encoder),
        ['h264_nvenc', 'h264_qsv', 'h264_amf', 'h264_mf'],
      );
      const { channels } = JSON.parse(last) as { channels: readonly Tried[] };
      // The command line hears no system audio there.
      assert.deepEqual(
        channels.map(({ kind, ways, encoders }) => [kind, ...ways, ...encoders]),
        [
          ['mic', 'dshow', 'libopus'],
          ['display', 'gdigrab', 'libx264'],
        ],
      );
      for (const { isGone, recordedMs, content, fault } of channels) {
        assert.ok(isGone && recordedMs >= 2_000, JSON.stringify(channels));
        // This ffmpeg was built for another purpose: it records, and has no output to look at what it recorded.
        assert.equal(content, null);
        assert.match(fault?.detail ?? '', /cannot decode/);
      }
      return trials.map(({ encoder, why }) => `${encoder} ${why ?? 'works'}`).join(', ');
    },
  },
];
