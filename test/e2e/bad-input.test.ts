import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wholeSession } from '../../app/launch/service-side.ts';
import { type House, newSession, openHouse, tallylight, until } from './house.ts';

/** What goes wrong at a command line, each with its exit code, its sentence and what to do next. */
describe('the command line, when something is wrong', () => {
  let house: House;
  let counter = 0;

  beforeAll(async () => {
    house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
  });
  afterAll(() => house?.close());

  function freshDir(): string {
    return join(house.folder, `bad-${counter++}`);
  }
  async function record(args: readonly string[], more: NodeJS.ProcessEnv = {}, dir = freshDir()) {
    const { sessionId, token } = await newSession(house);
    const base = ['record', '--server', house.embedded.server, '--session', sessionId, '--data', dir];
    const env = { TALLYLIGHT_TOKEN: token, ...more };
    return { sessionId, token, dir, ...(await tallylight(house, [...base, ...args], env)) };
  }
  const short = ['--duration', '1.5'];

  test('an unknown channel is refused with the devices command as the next step', async () => {
    const { code, stderr } = await record(['--store', 'mic:not-here', ...short]);
    expect({ code, stderr }).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('tallylight devices'),
    });
  });

  test('[P09] a foreign token is refused, and nothing is captured', async () => {
    const other = await newSession(house);
    const { code, stderr, dir } = await record(['--store', 'mic:default', ...short], {
      TALLYLIGHT_TOKEN: other.token,
    });
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining('token') });
    expect(stderr).not.toContain(other.token);
    await expect(readFile(join(dir, 'audit.jsonl'), 'utf8')).rejects.toThrow('ENOENT');
  });

  test('[P08] a token that is none is refused, and its text is not repeated', async () => {
    const { code, stderr, stdout } = await record(['--ephemeral', 'mic:default', ...short], {
      TALLYLIGHT_TOKEN: 'st-made-up-by-me',
    });
    expect(code).toBe(4);
    expect(stderr + stdout).not.toContain('made-up-by-me');
  });

  test('a service that does not answer is told with what to check', async () => {
    const { code, stderr } = await record([
      '--server',
      'http://127.0.0.1:9',
      '--store',
      'mic:default',
      ...short,
    ]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('does not answer') });
    expect(stderr).not.toMatch(/Error|fetch failed/);
  });

  test('[P23] an address without TLS that is not this machine is refused before anything is sent', async () => {
    const { code, stderr } = await record([
      '--server',
      'http://192.0.2.1',
      '--store',
      'mic:default',
      ...short,
    ]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('https://') });
  });

  test('a missing ffmpeg is told with the variable that names one', async () => {
    const { code, stderr } = await record(['--ephemeral', 'mic:default', ...short], {
      TALLYLIGHT_FFMPEG: '/nowhere/ffmpeg',
    });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('TALLYLIGHT_FFMPEG') });
  });

  test('[P15] naming no channel records nothing, and a channel without a flag is not stored', async () => {
    const none = await record(short);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to record') });
    const { sessionId, code } = await record(['--ephemeral', 'mic:default', ...short]);
    expect(code).toBe(0);
    const session = await wholeSession(house.embedded, sessionId);
    expect(session).toMatchObject({ videos: [], rtstreams: [{ name: 'mic:default', store: false }] });
  });

  test('a second recorder on one data folder is told to use another, and the first goes on', async () => {
    const dir = freshDir();
    const first = record(['--store', 'mic:default', '--duration', '6'], {}, dir);
    await until(async () =>
      (await readFile(join(dir, 'audit.jsonl'), 'utf8').catch(() => '')).includes('take.started'),
    );
    const second = await record(['--store', 'mic:default', ...short], {}, dir);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('Another Tallylight') });
    expect(await first).toMatchObject({ code: 0 });
  });

  // Mounting a disk of its own takes root; the vault's own tests have the errors without one.
  test.runIf(process.getuid?.() === 0)(
    'a disk with too little room begins nothing; one that fills up stops the recording, keeps what was stored and says so (as root)',
    async () => {
      const dir = freshDir();
      await mkdir(dir);
      const mount = (options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir]);
      const args = ['--store', 'system_audio:default', '--duration', '60'];
      mount('size=900m');
      try {
        expect(await record(args, {}, dir)).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('little room left on the disk'),
        });
        mount('remount,size=1200m');
        const recording = record(args, {}, dir);
        await until(async () =>
          (await readFile(join(dir, 'audit.jsonl'), 'utf8').catch(() => '')).includes('take.started'),
        );
        execFileSync('fallocate', ['-l', '950M', join(dir, 'filling')]);
        const { code, stderr, sessionId } = await recording;
        expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('disk is full') });
        const session = await wholeSession(house.embedded, sessionId);
        expect(session.videos).toMatchObject([{ name: 'system_audio:default' }]);
        expect(await tallylight(house, ['verify', sessionId, '--data', dir])).toMatchObject({ code: 0 });
      } finally {
        execFileSync('umount', ['-l', dir]);
      }
    },
  );

  test('[P57] a service that dies keeps nobody from stopping, and what is stored stays whole here', async () => {
    const lonely = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
    const dir = join(house.folder, 'later');
    try {
      const { sessionId, token } = await newSession(lonely);
      const recording = tallylight(
        lonely,
        [
          'record',
          '--server',
          lonely.embedded.server,
          '--session',
          sessionId,
          '--store',
          'mic:default',
          '--duration',
          '5',
          '--data',
          dir,
        ],
        { TALLYLIGHT_TOKEN: token },
      );
      await until(async () =>
        (await readFile(join(dir, 'audit.jsonl'), 'utf8').catch(() => '')).includes('take.started'),
      );
      await lonely.embedded.close();
      expect(await recording).toMatchObject({ code: 6, stderr: expect.stringContaining('kept here') });
      expect(await tallylight(lonely, ['verify', sessionId, '--data', dir])).toMatchObject({ code: 0 });
    } finally {
      await lonely.close();
    }
  });

  const start = ['--server', 'https://media.example.com', '--session', 'cap-0123456789', '--token', 'st-x'];
  const mic = ['--store', 'mic:default'];
  test.each<[readonly string[], string]>([
    [['recrod'], 'no command recrod'],
    // What every object of JavaScript has is no command.
    [['constructor'], 'no command constructor'],
    [['backend', 'toString'], 'no command backend toString'],
    [['verify', '../../etc/passwd'], 'no such recording'],
    [['verify'], 'which recording?'],
    // The second would stay, without a word.
    [['delete', 'cap-0123456789', 'cap-9876543210'], 'delete takes one id and no more'],
    [['recordings', 'all'], 'recordings takes no further word'],
    [['audit', 'verfy'], 'no log was set aside here as verfy'],
    [['record', 'now', ...start, ...mic], 'record takes no further word'],
    [['record', ...start, ...mic, '--duration', '-3'], '--duration needs a value after it'],
    [['record', ...start, ...mic, '--duration=-3'], '--duration takes seconds, more than 0'],
    [['record', ...start, ...mic, '--duration', 'long'], '--duration takes seconds, more than 0'],
    [['record', ...start, ...mic, '--duration', 'Infinity'], '--duration takes seconds, more than 0'],
    [['record', ...start, '--store'], '--store needs a value after it'],
    [['record', ...start, '--store', ''], '--store has no value'],
    [['backend', 'key', 'create', '--name', ''], '--name has no value'],
    [['record', ...start, ...mic, '--port', '1'], '--port does not belong here'],
    [['record', ...start.slice(2), ...mic], '--server and --session are needed'],
    [['record', '--server', 'media', ...start.slice(2), ...mic], 'https://media.example.com'],
    [['deliver', ...start.slice(2)], '--server and --session are needed'],
    [['deliver', ...start], 'no such recording'],
    [['audit', '--since', 'yesterday'], '--since takes a time'],
    [['backend', 'serve', '--port', 'x'], '--port takes 0 to 65535'],
    [['backend', 'key', 'revoke', 'key-1', 'key-2'], 'takes one id and no more'],
    [['--no-such-option'], '--no-such-option'],
  ])('%j is not understood, and it says what is', async (args, words) => {
    const dir = args.includes('--no-such-option') || args.length === 1 ? [] : ['--data', freshDir()];
    const { code, stdout, stderr } = await tallylight(house, [...args, ...dir]);
    expect({ code, stdout, stderr }).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(words),
    });
    expect(stderr).toMatch(/\n(See `tallylight --help`|List the recordings)/);
    expect(stderr).not.toMatch(/Error|node:|\n +at /);
  });

  test('[P61] one flipped bit of a recording is found, and the fragment is named', async () => {
    const { dir, sessionId } = await record(['--store', 'mic:default', ...short]);
    const take = join(dir, 'vault', sessionId, 'mic@default.take-00001.sealed');
    const bytes = await readFile(take);
    bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
    await writeFile(take, bytes);
    expect(await tallylight(house, ['verify', sessionId, '--data', dir])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/mic:default take 1 fragment \d+/),
    });
  });

  test('[P17] a deleted recording is gone from this device', async () => {
    const { dir, sessionId } = await record(['--store', 'mic:default', ...short]);
    expect(await tallylight(house, ['delete', sessionId, '--data', dir])).toMatchObject({ code: 0 });
    expect(await tallylight(house, ['recordings', '--data', dir])).toMatchObject({ code: 0, stdout: '' });
    await rm(dir, { recursive: true });
  });
});
