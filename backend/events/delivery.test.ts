import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createKey, ROLES } from '../main.ts';
import { createTenant } from '../manage.ts';
import { created, dead, eventTrial, HOUR_MS, LOOK_MS } from '../trial/events.ts';
import { receiver } from '../trial/receiver.ts';
import { call } from '../trial/recorder.ts';
import { folder, must, type Trial } from '../trial/service.ts';
import { TRIED_FOR_MS } from './retry-schedule.ts';

/** Lets the service's clock go on by so much at a time until that is so. */
function turnedUntil(service: Trial, stepMs: number, isSo: () => boolean): Promise<void> {
  const look = () => {
    if (isSo()) return;
    service.clock.now += stepMs;
    throw new Error('not yet');
  };
  return vi.waitFor(look, { timeout: 30_000, interval: 2 * LOOK_MS });
}

test('what fails is sent again, later each time, as the same event', async () => {
  const there = await receiver();
  there.answer = 503;
  const service = await eventTrial({ allow: [there.host] });
  await created(service, there.url);
  await there.until(1);
  const waits: number[] = [];
  for (let attempt = 2; attempt <= 5; attempt++) {
    const before = service.clock.now;
    // The clock goes on by seconds until it is sent again.
    await turnedUntil(service, 1000, () => there.heard.length >= attempt);
    waits.push(service.clock.now - before);
  }
  there.answer = 200;
  await turnedUntil(service, 60_000, () => there.heard.length >= 6);
  for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(5000 * 2 ** index);
  expect(new Set(there.heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(there.heard.map(({ body }) => body)).size).toBe(1);
  expect(new Set(there.heard.map(({ headers }) => headers['webhook-timestamp'])).size).toBeGreaterThan(1);
  // Taken: it does not come again.
  service.clock.now += 12 * HOUR_MS;
  await created(service, there.url);
  expect(await there.until(7)).toHaveLength(7);
  expect(await dead(service)).toEqual([]);
});

test('[P25] after a day it is a dead letter, which an admin can have sent again', async () => {
  const there = await receiver();
  there.answer = 500;
  const service = await eventTrial({ allow: [there.host] });
  const id = await created(service, there.url);
  await there.until(1);
  expect(await dead(service)).toEqual([]);
  service.clock.now += TRIED_FOR_MS;
  await vi.waitFor(async () => expect(await dead(service)).toHaveLength(1), 10_000);
  const [letter] = await dead(service);
  expect(letter).toEqual({
    id: there.heard[0]?.headers['webhook-id'],
    event: 'capture_session.created',
    capture_session_id: id,
    host: there.host,
    since: service.clock.now - TRIED_FOR_MS,
    attempts: 2,
    last_error: 'status 500',
  });
  const resent = (letterId = '') => call(service, 'POST', `/webhook/dead/${letterId}/resend`, service.key);
  expect(await resent('evt-other')).toMatchObject({ status: 404, error_code: 'event-unknown' });
  there.answer = 200;
  expect(await resent(letter?.id)).toMatchObject({ status: 200 });
  const [first, , third] = await there.until(3);
  expect(third?.body).toBe(first?.body);
  expect(await dead(service)).toEqual([]);
  expect(await resent(letter?.id)).toMatchObject({ status: 404 });
});

test('who answers 410 gets no more of that event, and the next one goes on', async () => {
  const there = await receiver();
  there.answer = 410;
  const service = await eventTrial({ allow: [there.host] });
  const id = await created(service, there.url);
  await vi.waitFor(async () => expect(await dead(service)).toHaveLength(1));
  there.answer = 200;
  const path = `/collection/default/capture/session/${id}`;
  expect(await call(service, 'DELETE', path, service.key)).toMatchObject({ status: 200 });
  const [, next] = await there.until(2);
  expect(next?.event).toMatchObject({ event: 'capture_session.deleted', capture_session_id: id });
  // Of a session that is deleted no dead letter is kept either.
  expect(await dead(service)).toEqual([]);
});

test('nobody else sees or resends a dead letter: not another environment', async () => {
  const there = await receiver();
  there.answer = 410;
  const service = await eventTrial({ allow: [there.host] });
  await created(service, there.url);
  await vi.waitFor(async () => expect(await dead(service)).toHaveLength(1));
  const [letter] = await dead(service);
  const { dataDir } = service;
  const wish = { dataDir, name: 'other', roles: ROLES, environment: 'development' } as const;
  const { key: development } = must(await createKey(wish));
  expect(await dead(service, development)).toEqual([]);
  const path = `/webhook/dead/${letter?.id}/resend`;
  expect(await call(service, 'POST', path, development)).toMatchObject({ error_code: 'event-unknown' });
});

test('an event outlives the service', async () => {
  const there = await receiver();
  await there.close();
  const service = await eventTrial({ allow: [there.host] });
  const id = await created(service, there.url);
  await service.restart();
  const path = `/collection/default/capture/session/${id}`;
  expect(await call(service, 'DELETE', path, service.key)).toMatchObject({ status: 200 });
  await service.restart();
  const back = await receiver(Number(there.host.split(':')[1]));
  service.clock.now += HOUR_MS;
  const events = (await back.until(2)).map(({ event }) => event.event);
  expect(events).toEqual(['capture_session.created', 'capture_session.deleted']);
});

test('what was under way when the service ended is sent again at its next start', async () => {
  const there = await receiver();
  there.answer = () => undefined;
  const service = await eventTrial({ allow: [there.host] });
  await created(service, there.url);
  await there.until(1);
  there.answer = 200;
  await service.restart();
  const [first, second] = await there.until(2);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
});

test('who does not answer is asked again, and holds nobody else up', async () => {
  const hanging = await receiver();
  hanging.answer = () => undefined;
  const there = await receiver();
  const service = await eventTrial({ allow: [hanging.host, there.host], patienceMs: 300 });
  await created(service, hanging.url);
  await hanging.until(1);
  await created(service, there.url);
  await there.until(1);
  await turnedUntil(service, 1000, () => hanging.heard.length >= 2);
});

test('a service that is killed has lost no event of what it did', async () => {
  const there = await receiver();
  await there.close();
  const dataDir = await folder();
  const { key } = must(await createKey({ dataDir, name: 'trial', roles: ROLES }));
  const run = async () => {
    const cli = join(import.meta.dirname, '..', '..', 'app', 'cli', 'main.ts');
    const args = ['--no-warnings', cli, 'backend', 'serve', '--port', '0', '--data', dataDir, '--json'];
    const env = { ...process.env, TALLYLIGHT_WEBHOOK_ALLOW: `other.example, ${there.host}` };
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = await once(createInterface(child.stdout), 'line');
    return { child, url: String(JSON.parse(line).url) };
  };
  const first = await run();
  const session = { end_user_id: 'ada', callback_url: there.url };
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) {
    const answer = await call(first, 'POST', '/collection/default/capture/session', key, session);
    ids.push(answer.data.id);
  }
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const back = await receiver(Number(there.host.split(':')[1]));
  await run();
  const heard = await back.until(ids.length);
  expect(heard.map(({ event }) => event.capture_session_id).toSorted()).toEqual(ids.toSorted());
});

test("who does not answer holds up their own events, and nobody else's", async () => {
  const [silent, there] = [await receiver(), await receiver()];
  silent.answer = () => undefined;
  const service = await eventTrial({ allow: [silent.host, there.host] });
  const { dataDir } = service;
  must(await createTenant({ dataDir }, 'slow', 'Slow'));
  const slow = must(await createKey({ dataDir, tenant: 'slow', name: 'slow', roles: ['capture'] }));
  const theirs = { ...service, key: slow.key };
  for (let index = 0; index < 24; index++) await created(theirs, `${silent.url}/${index}`);
  await silent.until(4);
  await created(service, there.url);
  await there.until(1);
  // As many as one tenant has hands, each still waiting for its answer.
  expect(silent.heard).toHaveLength(4);
});
