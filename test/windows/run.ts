import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageEnv } from '../../app/launch/stage/stage.ts';
import { labFolder, whyNotHere } from './place.ts';
import { openScene } from './scene.ts';
import { fromOutside, NotHere, say } from './spoken.ts';

/**
 * `npm run test:windows`. Looks whether there can be a lab here and starts the session in namespaces of its own:
 * its mounts are nobody else's, and every process of it, Wine's too, ends when the session ends. Exit code 1
 * where a test failed; 0 where the lab cannot be had, unless TALLYLIGHT_REQUIRE_WINDOWS=1.
 */

const NAMESPACES = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child=KILL'];
/** Of flock, where another run holds the lab. */
const HELD = 75;
/** Of the session: see session.ts. */
const NOT_HERE = 77;

const here = whyNotHere() ?? (await whyNoNamespaces());
process.exitCode = here === undefined ? await runSession() : notHere(here);

async function whyNoNamespaces(): Promise<string | undefined> {
  try {
    await fromOutside('unshare', [...NAMESPACES, 'true']);
    return undefined;
  } catch (error) {
    if (error instanceof NotHere) return `no namespaces of its own: ${error.message}`;
    throw error;
  }
}

function notHere(why?: string): number {
  if (why !== undefined) say(`windows: not run here: ${why}`);
  return process.env.TALLYLIGHT_REQUIRE_WINDOWS === '1' ? 1 : 0;
}

async function runSession(): Promise<number> {
  await mkdir(labFolder, { recursive: true });
  const calledOff = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => calledOff.abort());
  const stage = await openScene();
  try {
    const code = await session(stage.env, calledOff.signal);
    if (code === HELD) say(`windows: another run holds the lab (${labFolder}); wait for it to end`);
    return code === NOT_HERE ? notHere() : Math.min(code, 1);
  } finally {
    await stage.close();
  }
}

function session(env: StageEnv, calledOff: AbortSignal): Promise<number> {
  // The lock is an open file that every process of the session inherits: it is held until the last is gone.
  const lock = ['--no-fork', '--nonblock', '--conflict-exit-code', `${HELD}`, join(labFolder, 'lock')];
  const program = [process.execPath, '--no-warnings', join(import.meta.dirname, 'session.ts')];
  const args = [...lock, 'unshare', ...NAMESPACES, ...program, JSON.stringify(env), ...process.argv.slice(2)];
  // The session ends when its stdin closes, however this process goes. Ctrl-C is not for it.
  const child = spawn('flock', args, { stdio: ['pipe', 'inherit', 'inherit'], detached: true });
  const leave = () => child.stdin.end();
  calledOff.addEventListener('abort', leave);
  if (calledOff.aborted) leave();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
