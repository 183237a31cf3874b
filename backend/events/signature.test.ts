import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, test, vi } from 'vitest';
import { created, eventTrial, HOUR_MS, secretOf } from '../trial/events.ts';
import { type Heard, receiver } from '../trial/receiver.ts';
import { call } from '../trial/recorder.ts';

/** As the library of whoever receives it judges, at the service's time. */
function isGenuine(secret: string, { body, headers }: Heard, nowMs: number): boolean {
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  } finally {
    vi.useRealTimers();
  }
}

function isOurs(secret: string, { body, headers }: Heard): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const [time = '', ...signatures] = String(headers['x-videodb-signature']).split(',');
  const signed = `${time.replace('t=', '')}.${body}`;
  return signatures.includes(`v1=${createHmac('sha256', key).update(signed).digest('hex')}`);
}

test('[P24] an event is signed as Standard Webhooks has it, and with X-VideoDB-Signature beside it', async () => {
  const there = await receiver();
  const service = await eventTrial({ allow: [there.host] });
  const secret = await secretOf(service);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const id = await created(service, there.url);
  const [heard] = await there.until(1);
  if (heard === undefined) throw new Error('one came in');
  expect(heard).toMatchObject({
    path: '/hook',
    headers: {
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^evt-/),
      'webhook-timestamp': String(service.clock.now / 1000),
      'webhook-signature': expect.stringMatching(/^v1,/),
      'x-videodb-signature': expect.stringMatching(/^t=\d+,v1=[0-9a-f]{64}$/),
    },
  });
  expect(heard.event).toEqual({
    channel: 'capture_session',
    event: 'capture_session.created',
    capture_session_id: id,
    status: 'created',
    timestamp: service.clock.now,
    data: {},
  });
  const { now } = service.clock;
  expect(isGenuine(secret, heard, now)).toBe(true);
  expect(isOurs(secret, heard)).toBe(true);
  // What is wrong in any way is not ours.
  const edited = { ...heard, body: heard.body.replace('created', 'stopped') };
  expect(isGenuine(secret, edited, now)).toBe(false);
  expect(isOurs(secret, edited)).toBe(false);
  expect(isGenuine(secret, heard, now + 6 * 60_000)).toBe(false);
  expect(isGenuine(`whsec_${Buffer.alloc(32).toString('base64')}`, heard, now)).toBe(false);
  const other = { ...heard, headers: { ...heard.headers, 'webhook-id': 'evt-other' } };
  expect(isGenuine(secret, other, now)).toBe(false);
});

test('[P24] for a day the secret before signs, too', async () => {
  const there = await receiver();
  const service = await eventTrial({ allow: [there.host] });
  const first = await secretOf(service);
  const second = await secretOf(service);
  await created(service, there.url);
  const [during] = await there.until(1);
  service.clock.now += 24 * HOUR_MS;
  await created(service, there.url);
  const [, after] = await there.until(2);
  if (during === undefined || after === undefined) throw new Error('two came in');
  for (const secret of [first, second]) {
    expect(isGenuine(secret, during, service.clock.now - 24 * HOUR_MS)).toBe(true);
    expect(isOurs(secret, during)).toBe(true);
  }
  expect(isGenuine(second, after, service.clock.now)).toBe(true);
  expect(isGenuine(first, after, service.clock.now)).toBe(false);
  expect(isOurs(first, after)).toBe(false);
});

test('the secret is shown once, and not with the settings', async () => {
  const service = await eventTrial();
  const secret = await secretOf(service);
  const settings = { url: 'https://hooks.example.org/', secret_created_at: service.clock.now / 1000 };
  const body = { url: settings.url };
  const put = await call(service, 'PUT', '/webhook', service.key, body);
  expect(put).toMatchObject({ status: 200, data: settings });
  const shown = await call(service, 'GET', '/webhook', service.key);
  expect(shown.data).toEqual({ ...settings, previous_secret_until: null });
  expect(JSON.stringify([put, shown])).not.toContain(secret.slice(6));
});
