import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const module = JSON.stringify(join(import.meta.dirname, 'last-resort.ts'));

/** Runs a program that meets a bug; answers what it said and how it ended. */
async function outcomeOf(bug: string): Promise<{ said: string; code: number }> {
  const program = `import { finishOnBug } from ${module};
    const say = (text) => process.stdout.write(text + '\\n');
    finishOnBug(async () => say('finalized'), (event, fields) => say(event + ' ' + fields.kind));
    setInterval(() => undefined, 1000);
    ${bug}`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program]);
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { said: said.join(''), code };
}

test('an exception that nobody caught finalizes the recording and ends the process', async () => {
  expect(await outcomeOf("setTimeout(() => { throw new Error('bug'); }, 1);")).toEqual({
    said: 'process.bug exception\nfinalized\n',
    code: 1,
  });
});

test('a rejection that nobody caught does the same, and a second one does not finalize twice', async () => {
  const bug = "void Promise.reject(new Error('bug')); void Promise.reject(new Error('another'));";
  const { said, code } = await outcomeOf(bug);
  expect(code).toBe(1);
  expect(said.match(/process\.bug rejection/g)).toHaveLength(2);
  expect(said.match(/finalized/g)).toHaveLength(1);
});
