import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { errorOf } from '../../contract/result.ts';
import { printer } from './print.ts';

/** ESC, BEL, an OSC, CR, NUL, DEL, CSI of one byte, and what turns the order of letters around. */
const FOREIGN = 'a\u001b[2J\u0007\u001b]0;x\u0007\r\u0000\u007f\u009b31m\u202e\u2066\u2069z';
const SHOWN = 'a\ufffd[2J\ufffd\ufffd]0;x\ufffd\ufffd\ufffd\ufffd\ufffd31m\ufffd\ufffd\ufffdz';

describe('what reaches the terminal', () => {
  let [stdout, stderr] = ['', ''];
  beforeEach(() => {
    [stdout, stderr] = ['', ''];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout += String(text);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      stderr += String(text);
      return true;
    });
  });
  afterEach(() => vi.restoreAllMocks());

  test('holds no control character of a foreign name, and keeps its lines and tabs', () => {
    const out = printer(false);
    out.line(`${FOREIGN}\tone\r\ntwo é 画 🙂`, {});
    out.note(FOREIGN);
    expect(stdout).toBe(`${SHOWN}\tone\ntwo é 画 🙂\n`);
    expect(stderr).toBe(`${SHOWN}\n`);
    out.failed(errorOf('device-gone', FOREIGN));
    expect(stderr).toContain(`(${SHOWN})`);
  });

  test('escapes them in JSON, which is whole however long it is', () => {
    const event = { name: FOREIGN, long: 'x'.repeat(5_000) };
    printer(true).line('', event);
    printer(false).json(event);
    const [first = '', second] = stdout.split('\n');
    expect(second).toBe(first);
    expect(JSON.parse(first)).toEqual(event);
    expect(first).toMatch(/^[ -~]+$/);
    expect(first).toContain('\\u009b31m\\u202e');
  });

  test('is cut where a line is very long, between two characters', () => {
    printer(false).line(`${'x'.repeat(3_998)}🙂${'y'.repeat(9)}\n${'z'.repeat(4_000)}`, {});
    expect(stdout).toBe(`${'x'.repeat(3_998)}…\n${'z'.repeat(4_000)}\n`);
  });
});

test('a reader that went away is no error, on either side', async () => {
  const child = spawn(
    process.execPath,
    [
      '--no-warnings',
      '--input-type=module-typescript',
      '-e',
      `import { outliveReaders, printer } from ${JSON.stringify(join(import.meta.dirname, 'print.ts'))};
      outliveReaders();
      const out = printer(false);
      process.once('message', () => {
        const timer = setInterval(() => { out.line('x', {}); out.note('x'); }, 20);
        setTimeout(() => { clearInterval(timer); process.send('still here'); process.disconnect(); }, 300);
      });
      process.send('begun');`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  const exited = once(child, 'exit');
  await once(child, 'message');
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.send('write');
  expect(await once(child, 'message')).toEqual(['still here', undefined]);
  expect(await exited).toEqual([0, null]);
});
