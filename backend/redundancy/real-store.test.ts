import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { areAll, copiesIn, DESTINATION, entriesOf, untilCopies } from '../trial/copies.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { startS3 } from '../trial/servers/s3.ts';
import { type Trial, trial } from '../trial/service.ts';

const HOUR_MS = 3600_000;

async function realStore() {
  const secret = randomBytes(24).toString('base64url');
  const server = await startS3(`AKIA${randomBytes(6).toString('hex')}`, secret);
  onTestFinished(() => server.stop());
  const service = await trial({ webhooks: { lookMs: 50 }, destinations: { allow: ['127.0.0.1'] } });
  const set = (more: object) => call<object>(service, 'PUT', DESTINATION, service.key, more);
  return { server, service, secret, set };
}

/** Processes of transfers that this test's service started. */
function transfersOf(): string[] {
  const all = execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)])
    .toString()
    .split('\n');
  return all.filter((line) => line.includes('destinations/child.ts'));
}

function logOf(service: Trial): string {
  return JSON.stringify(service.log);
}

test('[P55][P56][P59] a recording arrives in a real store through a process of its own, with a digest that checks, and then the second copy goes', async () => {
  const { server, service, secret, set } = await realStore();
  const channels = ['+mic:default', '+system_audio:default'];
  const { session } = await recorded(service, service.key, { endUserId: 'ada', channels });
  await untilCopies(service, areAll('kept'));
  const wish = { place: server.place(server.port), credentials: server.credentials, keep_backup: false };
  expect(await set(wish)).toMatchObject({ status: 200 });
  expect(await call(service, 'POST', `${DESTINATION}/test`, service.key)).toMatchObject({
    status: 200,
    data: { confirmed_by: 'read-back' },
  });
  expect(await server.names()).toEqual([]);
  for (const { id } of session.videos)
    expect(await call(service, 'POST', `/copies/${id}/send`, service.key)).toMatchObject({ status: 200 });
  await untilCopies(service, (copies) => areAll('sent')(copies) && copies.every(({ held }) => !held));
  const names = session.videos.map(({ id }) => `default/${session.id}/${id}.mp4`);
  expect(await server.names()).toEqual(names.flatMap((name) => [name, `${name}.sha256`]).sort());
  for (const video of session.videos) {
    const file = await server.read(`default/${session.id}/${video.id}.mp4`);
    expect(createHash('sha256').update(file).digest('hex')).toBe(video.sha256);
  }
  expect(transfersOf()).toEqual([]);
  expect(logOf(service) + JSON.stringify(await entriesOf(service))).not.toContain(secret);
}, 60_000);

test('[P57] a real store that answers 500 and then is not there at all gets everything once it is back', async () => {
  const { server, service, set } = await realStore();
  let answers = 0;
  const broken = createServer((request, response) => {
    answers += 1;
    request.resume();
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
  const { port } = broken.address() as AddressInfo;
  await set({ place: server.place(port), credentials: server.credentials, keep_backup: false });
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  const [copy] = await untilCopies(service, areAll('failing'));
  expect(answers).toBeGreaterThan(0);
  expect(copy?.last_error).toMatch(/^destination-unreachable: 500/);
  broken.closeAllConnections();
  await new Promise((resolve) => broken.close(resolve));
  service.clock.now += HOUR_MS;
  await untilCopies(service, ([one]) => (one?.attempts ?? 0) > 1);
  expect((await copiesIn(service))[0]).toMatchObject({ held: true, state: 'failing' });
  await set({ place: server.place(server.port), credentials: server.credentials, keep_backup: false });
  await untilCopies(service, (copies) => areAll('sent')(copies) && copies.every(({ held }) => !held));
  const name = `default/${session.id}/${session.videos[0]?.id}.mp4`;
  expect(await server.names()).toEqual([name, `${name}.sha256`]);
}, 60_000);

test('[P55] credentials that the store does not take are told as that, and the copy stays', async () => {
  const { server, service, set } = await realStore();
  await set({ place: server.place(server.port), credentials: server.wrongCredentials, keep_backup: false });
  expect(await call(service, 'POST', `${DESTINATION}/test`, service.key)).toMatchObject({
    status: 502,
    error_code: 'destination-refused',
  });
  await recorded(service, service.key, { endUserId: 'ada' });
  const [copy] = await untilCopies(service, areAll('failing'));
  expect(copy).toMatchObject({ held: true, last_error: expect.stringContaining('destination-refused') });
  expect(await server.names()).toEqual([]);
}, 60_000);
