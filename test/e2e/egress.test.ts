import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wholeSession } from '../../app/launch/service-side.ts';
import { type House, newSession, openHouse, tallylight } from './house.ts';
import { tracedTo } from './written-files.ts';

/** Everything by which a program can speak to an address. */
const CALLS = 'connect,sendto,sendmsg,sendmmsg';

let house: House;
let told: { readonly client: Spoken; readonly service: Spoken };
let environments: readonly string[];

beforeAll(async () => {
  house = await openHouse(
    { picture: { pattern: '5aa50ff0c33c9669' }, microphone: 'speech', speakers: 'music' },
    (folder) => tracedTo(join(folder, 'service.strace'), CALLS),
  );
  const { sessionId, token } = await newSession(house);
  const log = join(house.folder, 'client.strace');
  const recorded = tallylight(
    house,
    [
      ...['record', '--server', house.embedded.server, '--session', sessionId, '--data', house.clientDir],
      ...[
        '--duration',
        '3',
        '--store',
        'mic:default',
        '--ephemeral',
        'system_audio:default',
        '--store',
        'display:1',
      ],
    ],
    // As on the machine of a developer, who has the key of their backend in the shell.
    { TALLYLIGHT_TOKEN: token, TALLYLIGHT_API_KEY: house.embedded.apiKey },
    tracedTo(log, CALLS),
  );
  environments = await environmentsWhile(sessionId);
  const { code, stderr } = await recorded;
  if (code !== 0) throw new Error(stderr);
  await house.embedded.close();
  told = { client: await spokenTo(log), service: await spokenTo(join(house.folder, 'service.strace')) };
}, 120_000);
afterAll(() => house?.close());

type Spoken = { readonly addresses: readonly string[]; readonly calls: number };

/** Internet addresses that a traced process tree spoke to, each once. */
async function spokenTo(log: string): Promise<Spoken> {
  const lines = (await readFile(log, 'utf8')).split('\n');
  const found = lines.flatMap((line) => [
    ...(/sin_addr=inet_addr\("([^"]+)"\)/.exec(line)?.slice(1) ?? []),
    ...(/inet_pton\(AF_INET6, "([^"]+)"/.exec(line)?.slice(1) ?? []),
  ]);
  return { addresses: [...new Set(found)].sort(), calls: lines.length };
}

/** Environment and arguments of every process of the client, looked at while it records. */
async function environmentsWhile(sessionId: string): Promise<string[]> {
  for (;;) {
    const { status } = await wholeSession(house.embedded, sessionId);
    if (status === 'active') break;
    await setTimeout(50);
    if (status === 'stopped') throw new Error('the recording was over before anybody looked');
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
      return `${await read('cmdline')}\0${await read('environ')}`;
    }),
  );
  return seen.filter((text) => text.includes(house.clientDir) || /^[^\0]*ffmpeg\0/.test(text));
}

test('[P36] [P27] a whole recording speaks to this machine alone, the service as well as the client', () => {
  expect(told.client.calls).toBeGreaterThan(10);
  for (const address of [...told.client.addresses, ...told.service.addresses])
    expect(address).toMatch(/^(127\.\d+\.\d+\.\d+|::1)$/);
  // Otherwise the trace saw nothing.
  expect(told.client.addresses).toContain('127.0.0.1');
});

test('[P07] no process that the client starts is given an API key, nor its token, also where the shell has them', () => {
  const isCapture = (text: string) => /^[^\0]*ffmpeg\0/.test(text);
  const captures = environments.filter(isCapture);
  expect(captures.length).toBeGreaterThan(1);
  for (const text of captures) expect(text).not.toMatch(/tl_(live|test)_|st-[A-Za-z0-9_-]{20}/);
  // Otherwise nobody looked where it was.
  expect(environments.some((text) => !isCapture(text) && text.includes(house.embedded.apiKey))).toBe(true);
});
