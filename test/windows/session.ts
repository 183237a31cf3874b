import type { StageEnv } from '../../app/launch/stage/stage.ts';
import { type Lab, openLab } from './lab.ts';
import { NotHere, say } from './spoken.ts';
import { runTrials } from './trials.ts';

/**
 * Everything between opening and closing the lab: `session.ts <environment of the stage as JSON> [word …]`. run.ts starts
 * it as the first process of its namespaces.
 */

const [stageEnv = '', ...words] = process.argv.slice(2);
const NOT_HERE = 77;
/** For Wine to end by itself; what is left then ends with this process. */
const CLOSING_MS = 10_000;

let lab: Lab | undefined;
let leaving: Promise<never> | undefined;

const calledOff = new AbortController();
process.stdin
  .once('close', () => {
    if (leaving === undefined) say('windows: called off');
    calledOff.abort();
    void leave(1);
  })
  .resume();

async function leave(code: number): Promise<never> {
  leaving ??= (async () => {
    const overdue = setTimeout(() => process.exit(code), CLOSING_MS);
    await lab?.close();
    clearTimeout(overdue);
    process.exit(code);
  })();
  return leaving;
}

try {
  lab = await openLab(JSON.parse(stageEnv) as StageEnv);
  await leave((await runTrials(lab, words, calledOff.signal)) ? 0 : 1);
} catch (error) {
  const isAbsent = error instanceof NotHere;
  say(isAbsent ? `windows: not run here: ${error.message}` : `windows: ${String((error as Error).stack)}`);
  await leave(isAbsent ? NOT_HERE : 1);
}
