import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confirmedCall, PASSWORD } from '../../backend/trial/admin.ts';
import { holding } from '../../backend/trial/held.ts';
import { call } from '../../backend/trial/recorder.ts';
import { folder, type Trial, trial } from '../../backend/trial/service.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

type Ran = { readonly code: number; readonly out: string; readonly err: string };

async function tallylight(dataDir: string, words: string, environment: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const args = ['--no-warnings', MAIN, 'backend', ...words.split(' '), '--data', dataDir];
  const env = { ...process.env, TALLYLIGHT_ADMIN_PASSWORD: '', ...environment };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += String(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { code, ...said };
}

const json = ({ out }: Ran) =>
  out
    .trim()
    .split('\n')
    .map((line): Record<string, string> => JSON.parse(line));

const looks = async (service: Trial, key: string) => (await call(service, 'GET', '/collection', key)).status;

describe('backend key', () => {
  test('[P21] [P22] [P43] makes, lists, rotates and revokes keys while the service runs', async () => {
    // By the machine's clock, as the command line has it.
    const service = await trial({ clock: Date.now });
    const { dataDir } = service;
    const made = await tallylight(
      dataDir,
      'key create --name ci --environment development --role read --json',
    );
    const [{ key = '', id = '' } = {}] = json(made);
    expect(key).toMatch(/^tl_test_/);
    expect(await looks(service, key)).toBe(200);
    const listed = await tallylight(dataDir, 'key list --json');
    expect(json(listed)).toContainEqual(
      expect.objectContaining({
        id,
        name: 'ci',
        environment: 'development',
        roles: ['read'],
        expiresAt: null,
      }),
    );
    for (const secret of [key, service.key]) expect(listed.out).not.toContain(secret.slice(14));
    expect(listed.out).not.toContain('sha256');

    const rotated = await tallylight(dataDir, `key rotate ${id} --overlap 3600 --json`);
    const [{ key: next = '', id: nextId = '' } = {}] = json(rotated);
    expect([await looks(service, key), await looks(service, next)]).toEqual([200, 200]);
    const told = await tallylight(dataDir, 'key list');
    expect(told.out).toMatch(
      new RegExp(`${id}  tl_test_......…  development  read  last used .* until .*  ci`),
    );
    expect(await tallylight(dataDir, `key revoke ${id}`)).toMatchObject({ code: 0 });
    expect([await looks(service, key), await looks(service, next)]).toEqual([401, 200]);
    expect(await tallylight(dataDir, `key revoke ${nextId}`)).toMatchObject({ code: 0 });
    expect(await looks(service, next)).toBe(401);
    expect(await tallylight(dataDir, `key revoke ${nextId}`)).toMatchObject({ code: 1 });
    const { data } = await call<{ entries: object[] }>(service, 'GET', `/audit?object=${id}`, service.key);
    expect(data.entries).toMatchObject(
      ['key.create', 'key.rotate', 'key.revoke'].map((action) => ({ actor: 'operator', action })),
    );
  }, 60_000);

  test('replaces the keys of the same name and environment, and no others', async () => {
    const service = await trial();
    const { dataDir } = service;
    const create = async (more: string) =>
      json(await tallylight(dataDir, `key create --name ci --json ${more}`))[0]?.key ?? '';
    const first = await create('--environment production');
    const development = await create('--environment development');
    const second = await create('--environment production --replace');
    expect([
      await looks(service, first),
      await looks(service, development),
      await looks(service, second),
    ]).toEqual([401, 200, 200]);
  }, 60_000);

  test('says what it does not understand', async () => {
    const dataDir = await folder();
    for (const words of [
      'key create',
      'key create --name x --role all',
      'key create --name x --environment staging',
      'key create --name x --tenant nobody',
      'key rotate',
      'key rotate key-x --overlap 2592001',
      'key revoke',
      'key list --tenant nobody',
      'admin create --name ada',
      'admin create',
      'admin password --name nobody --tenant default',
      'tenant create --id UPPER --name x',
    ])
      expect({ words, ...(await tallylight(dataDir, words)) }).toMatchObject({ code: 2, out: '' });
  }, 60_000);
});

describe('backend admin and tenant', () => {
  test('[P35] [P44] make an organisation with its own admin and key, and nothing of another', async () => {
    const service = await trial();
    const { dataDir } = service;
    const environment = { TALLYLIGHT_ADMIN_PASSWORD: PASSWORD };
    expect(await tallylight(dataDir, 'tenant create --id acme --name Acme')).toMatchObject({ code: 0 });
    expect(await tallylight(dataDir, 'tenant create --id acme --name Acme')).toMatchObject({ code: 2 });
    const admin = await tallylight(dataDir, 'admin create --name eve --tenant acme', environment);
    expect(admin).toMatchObject({ code: 0 });
    expect(await tallylight(dataDir, 'admin create --name eve', environment)).toMatchObject({ code: 2 });
    const made = await tallylight(dataDir, 'key create --name x --tenant acme --role admin --json');
    const key = json(made)[0]?.key ?? '';
    expect(await call(service, 'GET', '/collection/default', key)).toMatchObject({ status: 200 });
    const confirm = (password: string) =>
      call<{ confirmation: string }>(service, 'POST', '/user/confirm', key, { name: 'eve', password });
    const { confirmation } = (await confirm(PASSWORD)).data;
    const keys = await confirmedCall<{ keys: object[] }>(
      service,
      confirmation,
      ['GET', '/user/api_key'],
      key,
    );
    expect(keys.data.keys).toMatchObject([{ name: 'x' }]);
    const other = { TALLYLIGHT_ADMIN_PASSWORD: 'another long password' };
    expect(await tallylight(dataDir, 'admin password --name eve', other)).toMatchObject({ code: 0 });
    expect(await confirm(PASSWORD)).toMatchObject({ status: 401 });
    expect(await confirm('another long password')).toMatchObject({ status: 200 });
    expect(
      await tallylight(dataDir, 'admin password --name eve', { TALLYLIGHT_ADMIN_PASSWORD: 'short' }),
    ).toMatchObject({ code: 2 });
    expect(holding(dataDir, PASSWORD)).toEqual([]);
  }, 60_000);

  // `script` gives the command a terminal of its own; that of macOS takes other arguments.
  test.runIf(process.platform === 'linux')(
    '[P44] ask for the password without showing it',
    async () => {
      const dataDir = await folder();
      const run = `'${process.execPath}' --no-warnings '${MAIN}' backend admin create --name ada --data '${dataDir}'`;
      const env = { ...process.env, TALLYLIGHT_ADMIN_PASSWORD: '' };
      const answer = async (second: string) => {
        const child = spawn('script', ['-qec', run, '/dev/null'], { env });
        let said = '';
        const answers = [PASSWORD, second];
        child.stdout.on('data', (chunk: Buffer) => {
          said += String(chunk);
          // Each question is answered once it stands there.
          if (said.split(': ').length - 1 > 2 - answers.length) child.stdin.write(`${answers.shift()}\r`);
        });
        const [code] = await once(child, 'close');
        return { code, said };
      };
      const wrong = await answer('something else');
      expect(wrong).toMatchObject({ code: 2, said: expect.stringContaining('not the same') });
      const right = await answer(PASSWORD);
      expect(right).toMatchObject({ code: 0, said: expect.stringContaining('can sign in') });
      for (const { said } of [wrong, right]) expect(said).not.toContain(PASSWORD);
    },
    60_000,
  );
});
