import { spawn } from 'node:child_process';

export type Output = { readonly stdout: Buffer; readonly stderr: string };

/** Runs a program of the ffmpeg family to its end. Rejects with what it complained about. */
export function runToEnd(program: 'ffmpeg' | 'ffprobe', args: readonly string[]): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const stderr = Buffer.concat(err).toString();
      if (code === 0) resolve({ stdout: Buffer.concat(out), stderr });
      else reject(new Error(`${program} ended with ${code}: ${stderr.slice(-2000)}`));
    });
  });
}

/** The fields `key:value` of every line that a `showinfo` or `ashowinfo` filter wrote. */
export function shownFrames(stderr: string): ReadonlyMap<string, string>[] {
  return stderr
    .split('\n')
    .filter((line) => line.includes('showinfo') && /\bpts: *-?\d/.test(line))
    .map(
      (line) =>
        new Map([...line.matchAll(/(\w+): *(\S+)/g)].map((match) => [match[1] ?? '', match[2] ?? ''])),
    );
}
