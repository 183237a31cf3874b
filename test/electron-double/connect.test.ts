import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Parts } from '../../app/desktop/parts.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { errorOf, ok } from '../../contract/result.ts';
import { secretForCode } from '../../main/auth/connect-code.ts';
import type { Grant } from '../../main/host.ts';
import { fire } from './events.ts';
import { connection, type Launched, launch, logged, prepareLaunches } from './launch.ts';
import { appWindow, callsOf, type Machine, type World } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

const CODE = 'c0de_that-is-used-once';
const SECRET = 'the-secret-of-this-client';
const terms: Snapshot['terms'] = {
  organisation: 'Acme',
  policyVersion: 7,
  purpose: 'Meeting notes',
  retentionDays: 30,
  maxSessionMinutes: null,
  recipients: [],
  localCopy: 'keep',
};

/** A real backend that takes the code once. */
async function backend() {
  const bodies: string[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(`${request.url} ${Buffer.concat(chunks).toString()}`);
      const isFirst = bodies.length === 1;
      response.writeHead(isFirst ? 200 : 410).end(isFirst ? JSON.stringify({ secret: SECRET }) : '');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  return { bodies, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

const linkTo = (url: string): string =>
  `tallylight://connect?code=${CODE}&backend=${encodeURIComponent(url)}`;

/** The host, where the person agrees to everything. */
async function agreeing(machine: Partial<Machine> = {}, changes: Partial<Parts> = {}): Promise<Launched> {
  const launched = await launch(machine, { secretForCode, ...changes });
  launched.world.answer = () => 0;
  return launched;
}

const boxes = (world: World, count: number) =>
  vi.waitFor(() => expect(world.boxes).toHaveLength(count), { interval: 1, timeout: 10_000 });

const second = (...argv: string[]) => fire('App', 'second-instance', ['tallylight', ...argv], '/', {});

async function dataFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tallylight-connect-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

test('[P08] under the Electron double a link is shown with its address, and its code sent only after the word of the person', async () => {
  const { url, bodies } = await backend();
  const { world, capture } = await launch({ userData: await dataFolder() }, { secretForCode });
  const said = Promise.withResolvers<number>();
  world.answer = ({ buttons }) => (buttons.length > 1 ? said.promise : 0);
  second(linkTo(url));
  await boxes(world, 1);
  expect(world.boxes[0]).toMatchObject({
    type: 'question',
    message: `Connect this computer to ${url}?`,
    buttons: ['Connect', 'Cancel'],
    // Neither Enter nor Escape says yes.
    defaultId: 1,
    cancelId: 1,
  });
  expect(appWindow(world).visible).toBe(true);
  expect(bodies).toEqual([]);
  said.resolve(0);
  await boxes(world, 2);
  expect(bodies).toEqual([`/connect ${JSON.stringify({ code: CODE })}`]);
  expect(world.boxes[1]?.message).toBe(`This computer is connected to ${url}.`);
  expect(capture.calls.map(({ name }) => name)).toEqual(['channels.refresh']);
});

test('under the Electron double nothing is sent and nothing changes where the person cancels', async () => {
  const secrets = vi.fn(secretForCode);
  const { world, capture } = await launch({}, { secretForCode: secrets });
  second(linkTo('https://acme.example'));
  await boxes(world, 1);
  second(linkTo('https://acme.example'));
  await boxes(world, 2);
  expect([secrets.mock.calls, capture.calls]).toEqual([[], []]);
});

test('[P47] under the Electron double neither code nor secret is logged, shown, or on the disk as it is', async () => {
  const userData = await dataFolder();
  const { url } = await backend();
  const { world } = await agreeing({ userData });
  second(linkTo(url));
  await boxes(world, 2);
  // The same link again: its code is used up.
  second(linkTo(url));
  await boxes(world, 4);
  expect(world.boxes[3]?.message).toBe(errorOf('code-refused').message);
  second(`tallylight://connect?code=${CODE}&x=1`);
  await boxes(world, 5);
  const shown = logged() + JSON.stringify(world.boxes);
  expect(shown).toContain('"event":"link.failed","code":"code-refused"');
  expect(shown).not.toContain(CODE);
  expect(shown).not.toContain(SECRET);
  expect(await readdir(userData)).toEqual(['connection.sealed']);
  const held = await readFile(join(userData, 'connection.sealed'), 'utf8');
  // What the double's keychain gave back, which marks what it was given.
  expect(held).toMatch(/^not encrypted, a double:/);
  expect(held).not.toContain(SECRET);
  expect((await stat(join(userData, 'connection.sealed'))).mode & 0o777).toBe(0o600);
});

test('under the Electron double the next start is connected as this one was', async () => {
  const userData = await dataFolder();
  const { url } = await backend();
  const first = await agreeing({ userData });
  second(linkTo(url));
  await boxes(first.world, 2);
  const yourBackend = vi.fn(() => connection);
  await launch({ userData }, { yourBackend });
  expect(yourBackend.mock.calls).toEqual([[url, SECRET]]);
});

test.each([{ encryption: false }, { backend: 'basic_text' }, { backend: 'unknown' }])(
  '[P47] under the Electron double with %j the secret stays in memory, and the person is told',
  async (machine) => {
    const userData = await dataFolder();
    const { url } = await backend();
    const yourBackend = vi.fn(() => connection);
    const { world } = await agreeing({ userData, ...machine }, { yourBackend });
    second(linkTo(url));
    await boxes(world, 2);
    expect(world.boxes[1]?.detail).toContain('after the next start of Tallylight you need a new link');
    expect(yourBackend.mock.calls).toEqual([[url, SECRET]]);
    expect(await readdir(userData)).toEqual([]);
  },
);

test('under the Electron double what the keychain does not open is as if it were not there, and logged', async () => {
  const userData = await dataFolder();
  const { url } = await backend();
  const first = await agreeing({ userData });
  second(linkTo(url));
  await boxes(first.world, 2);
  await writeFile(join(userData, 'connection.sealed'), 'of another computer');
  const { host } = await launch({ userData });
  expect(await host().connection.open()).toMatchObject({
    error: { detail: 'TALLYLIGHT_CONNECT_URL is not set' },
  });
  expect(logged()).toContain('"event":"connection.not-taken-up","code":"vault-damaged"');
});

test('under the Electron double an address that this computer is set to is overruled by no link', async () => {
  const secrets = vi.fn(async () => ok(SECRET));
  const env = { TALLYLIGHT_CONNECT_URL: 'https://acme.example/' };
  const { world } = await agreeing({ userData: await dataFolder() }, { env, secretForCode: secrets });
  second(linkTo('https://evil.example'));
  await boxes(world, 1);
  expect(world.boxes[0]).toMatchObject({
    message: 'This computer is set to https://acme.example.',
    detail: expect.stringContaining('https://evil.example'),
    buttons: ['Close'],
  });
  expect(secrets.mock.calls).toEqual([]);
  second(`tallylight://connect?code=${CODE}`);
  await boxes(world, 3);
  expect(secrets.mock.calls).toEqual([['https://acme.example', CODE]]);
});

test.each([
  ['no link of ours', 'tallylight://record?now=1', 'This link is not one that Tallylight knows.'],
  ['without an address', `tallylight://connect?code=${CODE}`, 'This link does not say what to connect to.'],
])('under the Electron double a link that is %s is told and sent nowhere', async (_what, link, message) => {
  const secrets = vi.fn(async () => ok(SECRET));
  const { world } = await agreeing({}, { secretForCode: secrets });
  second(link);
  await boxes(world, 1);
  expect(world.boxes[0]).toMatchObject({ message, buttons: ['Close'] });
  expect(secrets.mock.calls).toEqual([]);
});

test('under the Electron double a link while another is asked about is dropped', async () => {
  const { world } = await launch();
  const said = Promise.withResolvers<number>();
  world.answer = () => said.promise;
  second(linkTo('https://acme.example'));
  await boxes(world, 1);
  second(linkTo('https://evil.example'));
  said.resolve(1);
  await vi.waitFor(() => {
    second(linkTo('https://other.example'));
    expect(world.boxes.map(({ message }) => message).at(-1)).toContain('other');
  });
  expect(JSON.stringify(world.boxes)).not.toContain('evil');
});

test.each(['linux', 'win32'] as const)(
  'under the Electron double %s finds the link among what the app was started with',
  async (platform) => {
    const { world } = await launch({ platform }, { argv: ['tallylight', linkTo('https://acme.example')] });
    await boxes(world, 1);
    expect(world.boxes[0]?.message).toContain('https://acme.example');
  },
);

test('under the Electron double macOS tells a link by an event, also before the app is ready', async () => {
  const { world } = await launch({ platform: 'darwin', linkBeforeReady: linkTo('https://acme.example') });
  await boxes(world, 1);
  expect(fire('App', 'open-url', linkTo('https://beta.example'))).toBe(true);
  await vi.waitFor(() => {
    if (world.boxes.length < 2) fire('App', 'open-url', linkTo('https://beta.example'));
    expect(world.boxes).toHaveLength(2);
  });
});

test.each([
  ['win32', true, [['tallylight']]],
  ['win32', false, []],
  ['darwin', true, []],
  ['linux', true, []],
] as const)(
  'under the Electron double on %s, packaged: %s, the scheme is told to the system',
  async (platform, packaged, calls) => {
    await launch({ platform, packaged });
    expect(callsOf('app.setAsDefaultProtocolClient')).toEqual(calls);
  },
);

test('[P08] under the Electron double a session keeps to the backend that opened it, and the next one is of the new', async () => {
  const { url } = await backend();
  const asked: string[] = [];
  const of = (name: string) => {
    const grant: Grant = {
      server: 'https://m',
      sessionId: `cap-of-${name}`,
      title: null,
      token: 't',
      expiresAtMs: 0,
    };
    return {
      open: async () => {
        asked.push(`${name} open`);
        return ok(grant);
      },
      reopen: async () => {
        asked.push(`${name} reopen`);
        return ok(grant);
      },
    };
  };
  const { world, capture, host } = await agreeing(
    { userData: await dataFolder() },
    {
      env: { TALLYLIGHT_CONNECT_URL: url, TALLYLIGHT_CONNECT_SECRET: 'of-before' },
      yourBackend: (_url, secret) => of(secret === SECRET ? 'new' : 'old'),
    },
  );
  const { connection } = host();
  await connection.open();
  capture.tell({ state: 'recording' }, { lamp: 'live', terms });
  second(linkTo(url));
  await boxes(world, 2);
  await connection.reopen('https://m', 'cap-of-old');
  await connection.open();
  await connection.reopen('https://m', 'cap-of-new');
  await connection.reopen('https://m', 'cap-of-a-run-before');
  expect(asked).toEqual(['old open', 'old reopen', 'new open', 'new reopen', 'new reopen']);
  expect(capture.calls).toEqual([]);
});

test('under the Electron double another backend is told to count from the next recording on', async () => {
  const [first, then] = [await backend(), await backend()];
  const { world, capture } = await agreeing({ userData: await dataFolder() });
  second(linkTo(first.url));
  await boxes(world, 2);
  capture.tell({}, { terms });
  second(linkTo(then.url));
  await boxes(world, 4);
  expect(world.boxes[2]?.detail).toContain(`So far it is ${first.url}.`);
  expect(world.boxes[3]?.detail).toBe('It counts from the next recording on.');
});

test('under the Electron double a link after a failure asks for a session anew, and Spanish is spoken where it is set', async () => {
  const { url } = await backend();
  const { world, capture } = await agreeing({ userData: await dataFolder(), languages: ['es-ES'] });
  capture.tell({ state: 'failed' });
  second(linkTo(url));
  await boxes(world, 2);
  expect(world.boxes.map(({ message }) => message)).toEqual([
    `¿Conectar este equipo con ${url}?`,
    `Este equipo está conectado con ${url}.`,
  ]);
  expect(capture.calls.map(({ name }) => name)).toEqual(['session.renew']);
});
