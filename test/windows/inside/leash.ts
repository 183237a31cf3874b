import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findLeash, leashed } from '../../../main/pipeline/child-leash.ts';
import { asked, tell } from './told.ts';

/** Starts two programs that only wait, one as every ffmpeg is started and one off the leash; waits to be killed. */

const { outputs, names } = asked<{ readonly names: { readonly on: string; readonly off: string } }>();
const found = await findLeash(process.platform, process.env);

function start(name: string, isOff: boolean): void {
  const entry = join(import.meta.dirname, 'waiting.ts');
  // The name once more by itself, for who looks at command lines from outside.
  const args = ['--no-warnings', entry, JSON.stringify({ outputs, name }), name];
  const leash = leashed(found, process.execPath, args);
  const child = spawn(leash.program, leash.args, {
    stdio: ['ignore', 'ignore', 'ignore', ...leash.moreStdio],
    detached: leash.isDetached || isOff,
    windowsHide: true,
  });
  leash.hold(child);
}

start(names.on, false);
start(names.off, true);
tell({ what: 'started', ownPid: process.pid, leash: found.kind });
setInterval(() => undefined, 60_000);
