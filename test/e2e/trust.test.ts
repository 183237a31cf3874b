import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wholeSession } from '../../app/launch/service-side.ts';
import { type AuditEntry, auditEntry } from '../../contract/audit.ts';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import { type House, newSession, openHouse, tallylight } from './house.ts';

const run = promisify(execFile);

let house: House;
beforeAll(async () => {
  house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
}, 60_000);
afterAll(() => house?.close());

/** As an admin's own program asks it. */
async function admin(
  method: string,
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<Response> {
  return fetch(house.embedded.server + path, {
    method,
    headers: { 'x-access-token': house.embedded.apiKey, 'content-type': 'application/json', ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** What says that the admin has just given the password. */
async function confirmed(): Promise<Record<string, string>> {
  const credentials = { name: 'grace', password: 'correct horse battery staple' };
  const args = ['backend', 'admin', 'create', '--name', credentials.name, '--data', house.serviceDir];
  await tallylight(house, args, { TALLYLIGHT_ADMIN_PASSWORD: credentials.password });
  const answer = await (await admin('POST', '/user/confirm', credentials)).json();
  return { 'x-tallylight-confirmation': (answer as { data: { confirmation: string } }).data.confirmation };
}

async function setPolicy(change: Partial<Policy>): Promise<void> {
  const { version: _, ...policy } = { ...DEFAULT_POLICY, ...change };
  expect((await admin('PUT', '/policy', policy)).status).toBe(200);
}

async function record(clientDir: string, seconds: number, ...channels: string[]) {
  const { sessionId, token } = await newSession(house);
  const args = ['record', '--server', house.embedded.server, '--session', sessionId, '--data', clientDir];
  const done = tallylight(house, [...args, '--json', '--duration', String(seconds), ...channels], {
    TALLYLIGHT_TOKEN: token,
  });
  return { sessionId, done };
}

async function auditOf(clientDir: string): Promise<AuditEntry[]> {
  const text = await readFile(join(clientDir, 'audit.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => auditEntry.parse(JSON.parse(line)));
}

test('a channel that the admin forbids in mid-recording ends within 5 seconds; the others go on', async () => {
  await setPolicy({});
  const clientDir = join(house.folder, 'forbidden');
  const { sessionId, done } = await record(clientDir, 12, '--store', 'mic:default', '--store', 'display:1');
  for (;;) {
    const { rtstreams } = await wholeSession(house.embedded, sessionId);
    if (rtstreams.length === 2 && rtstreams.every((stream) => stream.fragments > 2)) break;
    await setTimeout(50);
  }
  const changedAt = Date.now();
  await setPolicy({ channels: { ...DEFAULT_POLICY.channels, display: 'forbidden' } });
  const { code, stdout } = await done;
  await setPolicy({});
  expect(stdout).toContain('"code":"policy-forbids"');
  const entries = await auditOf(clientDir);
  const ended = entries.find(({ event }) => event.type === 'take.ended' && event.channelId === 'display:1');
  expect(Date.parse(ended?.at ?? '') - changedAt).toBeLessThan(5000);
  expect(entries.map(({ event }) => event.type)).toContain('policy.changed');
  const session = await wholeSession(house.embedded, sessionId);
  expect(session.status).toBe('stopped');
  const lengths = new Map(session.videos.map((video) => [video.name, video.length]));
  expect(lengths.get('mic:default')).toBeGreaterThan(10);
  expect(lengths.get('display:1')).toBeLessThan(10);
  // Not all of what was asked for was permitted to the end; what was captured just before may be only here.
  const isCut = entries.some(({ event }) => event.type === 'channel.cut');
  expect(code).toBe(isCut ? 6 : 3);
  expect(stdout.includes('"code":"delivery-cut"')).toBe(isCut);
}, 60_000);

test('what a person agrees to on the command line names the longest time that the policy allows', async () => {
  await setPolicy({ maxSessionMinutes: 90 });
  const clientDir = join(house.folder, 'longest');
  const { done } = await record(clientDir, 2, '--store', 'mic:default');
  expect((await done).code).toBe(0);
  await setPolicy({});
  const given = (await auditOf(clientDir)).find(({ event }) => event.type === 'consent.given')?.event;
  expect(given).toMatchObject({ receipt: { statement: { maxSessionMinutes: 90 } } });
}, 60_000);

describe('the rights of the recorded', () => {
  const clientDir = () => join(house.folder, 'rights');
  let sessionId = '';

  test('[P19] [P37] an access request gives everything of a person as files that check and play', async () => {
    const recorded = await record(clientDir(), 3, '--store', 'mic:default', '--ephemeral', 'display:1');
    sessionId = recorded.sessionId;
    expect((await recorded.done).code).toBe(0);
    expect(await readdir(join(clientDir(), 'vault', sessionId))).toContain('key.wrapped');
    const { end_user_id: person } = await wholeSession(house.embedded, sessionId);
    const response = await admin(
      'GET',
      `/user/${encodeURIComponent(person)}/data`,
      undefined,
      await confirmed(),
    );
    expect(response.status).toBe(200);
    const folder = join(house.folder, 'access');
    await mkdir(folder);
    await writeFile(join(folder, 'access.zip'), Buffer.from(await response.arrayBuffer()));
    await run('unzip', ['-q', 'access.zip'], { cwd: folder });
    await run('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: folder });
    const files = await readdir(folder, { recursive: true });
    const recordings = files.filter((path) => path.includes(sessionId) && path.endsWith('.mp4'));
    expect(recordings).toHaveLength(1);
    const session = await wholeSession(house.embedded, sessionId);
    const bytes = await readFile(join(folder, recordings[0] ?? ''));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(session.videos[0]?.sha256);
  }, 60_000);

  test('[P20] [P41] erased is erased: here at once, and on the device when it connects again', async () => {
    const { end_user_id: person } = await wholeSession(house.embedded, sessionId);
    expect((await admin('DELETE', `/user/${encodeURIComponent(person)}/data`)).status).toBe(200);
    expect(await readdir(join(house.serviceDir, 'blobs')).catch(() => [])).not.toContain(sessionId);
    expect(await readdir(join(clientDir(), 'vault'))).toContain(sessionId);
    const next = await record(clientDir(), 1.5, '--ephemeral', 'mic:default');
    expect((await next.done).code).toBe(0);
    expect(await readdir(join(clientDir(), 'vault'))).not.toContain(sessionId);
    expect((await auditOf(clientDir())).map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'recording.purged', sessionId, reason: 'deleted-at-service' }),
    );
  }, 60_000);
});
