import { describe, expect, test } from 'vitest';
import type { ServiceAuditEntry } from '../../contract/audit.ts';
import { createKey } from '../main.ts';
import { call } from '../trial/recorder.ts';
import { must, type Trial, trial } from '../trial/service.ts';
import { newStrangers } from './bursts.ts';
import type { Noted } from './log.ts';

const MINUTE_MS = 60_000;

const notingIn = (noted: Noted[]) => ({ note: async (each: Noted) => void noted.push(each) });

async function entries(service: Trial, actor = 'nobody'): Promise<ServiceAuditEntry[]> {
  const path = `/audit?actor=${actor}&limit=1000`;
  return (await call<{ entries: ServiceAuditEntry[] }>(service, 'GET', path, service.key)).data.entries;
}

/** A call with a key that is none, from an address that the proxy in front tells. */
const tried = (service: Trial, address: string) =>
  fetch(`${service.url}/collection`, {
    headers: { 'x-access-token': 'tl_live_wrong', 'x-forwarded-for': address },
  });

const summed = (all: readonly ServiceAuditEntry[]) => ({
  refused: all.filter(({ action }) => action === 'collection.list').length,
  bursts: all.filter(({ action }) => action === 'auth.burst').map(({ reason }) => reason),
  sums: all.filter(({ action }) => action === 'auth.refused').map(({ reason }) => reason),
});

describe('calls that are refused for who makes them', () => {
  test('[P45] are in the log with what was tried and the network they came from, never with the secret', async () => {
    const service = await trial({ behindTlsProxy: true });
    await tried(service, '203.0.113.77');
    const [entry] = await entries(service);
    expect(entry).toMatchObject({
      action: 'collection.list',
      outcome: 'refused',
      reason: 'not-authorised from 203.0.113.0/24',
    });
    expect(JSON.stringify(entry)).not.toMatch(/wrong|\.77/);
  });

  test('[P45] are a burst from ten within a minute, told once in five minutes', async () => {
    const service = await trial({ behindTlsProxy: true });
    const many = async (count: number, address: string) => {
      for (let index = 0; index < count; index++) await tried(service, address);
    };
    await many(9, '203.0.113.1');
    expect(summed(await entries(service)).bursts).toEqual([]);
    await many(20, '203.0.113.2');
    const burst = '10 within a minute from 203.0.113.0/24';
    expect(summed(await entries(service)).bursts).toEqual([burst]);
    await many(10, '2001:db8:7::1');
    const other = '10 within a minute from 2001:db8:7::/48';
    expect(summed(await entries(service)).bursts).toEqual([burst, other]);
    service.clock.now += 4 * MINUTE_MS;
    await many(10, '203.0.113.1');
    expect(summed(await entries(service)).bursts).toEqual([burst, other]);
    service.clock.now += MINUTE_MS;
    await many(10, '203.0.113.1');
    expect(summed(await entries(service)).bursts).toEqual([burst, other, burst]);
  });

  test('[P45] that are slow are no burst', async () => {
    const service = await trial({ behindTlsProxy: true });
    for (let index = 0; index < 30; index++) {
      await tried(service, '203.0.113.1');
      service.clock.now += 7000;
    }
    expect(summed(await entries(service))).toMatchObject({ refused: 30, bursts: [] });
  });

  test('[P45] are none by a key that is known and lacks a role, each of whose calls is in the log', async () => {
    const service = await trial({ behindTlsProxy: true });
    const made = must(await createKey({ dataDir: service.dataDir, name: 'reader', roles: ['read'] }));
    for (let index = 0; index < 30; index++)
      expect(await call(service, 'GET', '/audit', made.key)).toMatchObject({ status: 403 });
    const said = await entries(service, `key:${made.id}`);
    expect(said.filter(({ reason }) => reason === 'role-missing')).toHaveLength(30);
    expect(await entries(service)).toEqual([]);
  });

  test('[P45] are noted twenty times a minute and then only counted', async () => {
    const service = await trial({ behindTlsProxy: true });
    for (let index = 0; index < 50; index++) await tried(service, '203.0.113.1');
    expect(summed(await entries(service))).toMatchObject({ refused: 20, sums: [] });
    service.clock.now += MINUTE_MS;
    await tried(service, '203.0.113.1');
    expect(summed(await entries(service))).toMatchObject({
      refused: 21,
      sums: ['30 more from 203.0.113.0/24'],
    });
  });

  test('[P45] are counted to the last when the service ends', async () => {
    const service = await trial({ behindTlsProxy: true });
    for (let index = 0; index < 25; index++) await tried(service, '203.0.113.1');
    await service.restart();
    expect(summed(await entries(service)).sums).toEqual(['5 more from 203.0.113.0/24']);
  });
});

test('[P45] a burst is told to the tenant it is about, and minutes that are over are summed without another call', async () => {
  const clock = { now: 0 };
  const noted: Noted[] = [];
  const announced: unknown[] = [];
  const strangers = newStrangers({
    clock: () => clock.now,
    audit: notingIn(noted),
    events: { announce: async (...event) => void announced.push(event) },
  });
  const attempt = { actor: 'nobody', action: 'admin.sign-in', object: 'adm-1', reason: 'sign-in-refused' };
  for (let index = 0; index < 22; index++)
    await strangers.refused({ ...attempt, tenantId: 'acme', address: '203.0.113.1' });
  await strangers.refused({ ...attempt, tenantId: 'other', address: '203.0.113.1' });
  const data = { count: 10, network: '203.0.113.0/24', seconds: 60 };
  expect(announced).toEqual([['acme', 'auth.burst', data]]);
  await strangers.sum();
  expect(noted.at(-1)).toMatchObject({ tenantId: 'other', action: 'admin.sign-in' });
  clock.now += MINUTE_MS;
  await strangers.sum();
  expect(noted.at(-1)).toMatchObject({ tenantId: 'acme', reason: '2 more from 203.0.113.0/24' });
  const before = noted.length;
  clock.now += MINUTE_MS;
  await strangers.sum();
  expect(noted).toHaveLength(before);
});

test('[P45] however many networks ask, memory and log are bounded', async () => {
  const noted: Noted[] = [];
  const strangers = newStrangers({
    clock: () => 0,
    audit: notingIn(noted),
    events: { announce: async () => undefined },
  });
  const attempt = { tenantId: 'acme', actor: 'nobody', action: 'x.y', object: '', reason: 'not-authorised' };
  for (let index = 0; index < 10_100; index++)
    await strangers.refused({ ...attempt, address: `10.${index >> 8}.${index & 255}.1` });
  const together = noted.filter(({ reason }) => reason.endsWith('from several networks'));
  expect(together.filter(({ action }) => action === 'x.y')).toHaveLength(20);
  await strangers.sum(true);
  expect(noted.at(-1)).toMatchObject({ action: 'auth.refused', reason: '80 more from several networks' });
});
