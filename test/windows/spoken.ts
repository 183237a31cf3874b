import { spawn } from 'node:child_process';

/** The lab cannot be had here, for a reason outside this project: no mirror, no registry, a container's rules. */
export class NotHere extends Error {}

/** Progress and results are for a person at a terminal or in a log of CI. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs a program to its end and answers its stdout. Throws with the end of what it said where it fails. */
export function toEnd(program: string, args: readonly string[], cwd?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let [stdout, said] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      said = `${said}${chunk.toString()}`.slice(-600);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-600);
    });
    child.once('error', (error) => reject(new Error(`${program}: ${error.message}`)));
    child.once('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${program} ${args[0] ?? ''} ended with ${code}: ${said.trim()}`));
    });
  });
}

/**
 * The same for what rests on something outside this project: a mirror, a registry, what this machine allows. Throws
 * `NotHere` where that fails; what fails otherwise is ours, and fails the run.
 */
export async function fromOutside(program: string, args: readonly string[], cwd?: string): Promise<string> {
  try {
    return await toEnd(program, args, cwd);
  } catch (error) {
    throw new NotHere((error as Error).message, { cause: error });
  }
}
