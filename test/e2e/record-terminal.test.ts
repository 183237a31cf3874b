import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDisplay } from '../../app/launch/stage/display.ts';
import { holdLeash } from '../../app/launch/stage/leash.ts';
import { errorOf } from '../../contract/result.ts';
import { type House, newSession, openHouse, tallylight } from './house.ts';

const root = join(import.meta.dirname, '..', '..');

/** What `record` and `devices` say to whoever looks at their lines, and where nobody does any more. */
describe('on the terminal', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
  });
  afterAll(() => house?.close());

  async function recordArgs(dir: string, ...more: readonly string[]) {
    const { sessionId, token } = await newSession(house);
    const args = [
      ...['record', '--server', house.embedded.server, '--session', sessionId],
      ...['--data', join(house.folder, dir), ...more],
    ];
    return { args, env: { TALLYLIGHT_TOKEN: token } };
  }

  test('record tells that a display is black, and that this is over', async () => {
    const leash = await holdLeash('black');
    try {
      const DISPLAY = await startDisplay(leash, { width: 1280, height: 720 });
      const { args, env } = await recordArgs('black', '--store', 'display:1', '--duration', '12');
      const child = spawn(process.execPath, [join(root, 'bin', 'tallylight'), ...args], {
        env: { ...house.env, ...env, DISPLAY },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const said: string[] = [];
      createInterface(child.stdout).on('line', (line) => {
        said.push(line);
        if (line.includes('all black'))
          spawn('xsetroot', ['-solid', 'white'], { env: { ...house.env, DISPLAY } });
      });
      const [code] = await once(child, 'close');
      const { message, action } = errorOf('channel-black');
      expect(said.filter((line) => line.startsWith('display:1: '))).toEqual([
        `display:1: ${message} ${action}`,
        'display:1: That is over.',
      ]);
      expect(code).toBe(0);
    } finally {
      await leash.release();
    }
  });

  test('record goes on where its readers went away', async () => {
    const { args, env } = await recordArgs('unread', '--store', 'mic:default', '--duration', '2');
    expect(await unread(args, env)).toBe(0);
    const { stdout } = await tallylight(house, ['recordings', '--data', join(house.folder, 'unread')]);
    expect(stdout).toContain('delivered');
  });

  test('a recording whose command was killed ends, and is delivered', async () => {
    const { args, env } = await recordArgs('killed', '--store', 'mic:default', '--json');
    const child = spawn(process.execPath, [join(root, 'bin', 'tallylight'), ...args], {
      env: { ...house.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface(child.stdout).on('line', (line) => {
      if (line.includes('"state":"recording"')) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
    const { stdout } = await tallylight(house, ['recordings', '--data', join(house.folder, 'killed')]);
    expect(stdout).toContain('delivered');
  });

  test('devices without a reader ends well', async () => {
    expect(await unread(['devices'])).toBe(0);
  });

  test('what the READMEs tell to run is run by the pinned Node', async () => {
    for (const file of ['docs/ffmpeg.md', 'build/README.md', 'examples/README.md']) {
      const text = await readFile(join(root, file), 'utf8');
      const commands = text.match(/(?:npx )?\bnode \S+\.ts/g) ?? [];
      expect(commands).not.toEqual([]);
      for (const command of commands) expect(command).toMatch(/^npx node /);
    }
  });

  /** Neither its answers nor its notes are read. */
  async function unread(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<number | null> {
    const child = spawn(process.execPath, [join(root, 'bin', 'tallylight'), ...args], {
      env: { ...house.env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    const [code] = await once(child, 'exit');
    return code;
  }

  test('devices says why there is no display', async () => {
    const { stderr } = await tallylight(house, ['devices'], { XDG_SESSION_TYPE: 'wayland' });
    expect(stderr).toMatch(/^No display was found that can be captured\. \(.*Wayland.*\) Start from/m);
  });
});
