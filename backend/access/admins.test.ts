import { describe, expect, test } from 'vitest';
import { changePassword, createAdmin } from '../manage.ts';
import { adminOf as anAdmin, PASSWORD } from '../trial/admin.ts';
import { holding } from '../trial/held.ts';
import { partsOf } from '../trial/parts.ts';
import { call } from '../trial/recorder.ts';
import { trial } from '../trial/service.ts';
import { adminOf, confirm, isConfirmed, signIn, signOut } from './admins.ts';
import { newAttempts } from './attempts.ts';
import { hashPassword, isPassword } from './password.ts';

async function signingIn() {
  const service = await trial();
  const id = await anAdmin(service);
  const parts = await partsOf(service);
  const attempt = (password = PASSWORD, name = 'ada', address = '192.0.2.1') =>
    signIn(parts, { name, password, address });
  return { service, id, parts, attempt };
}

const refused = { ok: false, error: { code: 'sign-in-refused' } };
const waiting = (seconds: number) => ({
  ok: false,
  error: { code: 'too-many-attempts', detail: String(seconds) },
});

describe('a password', { timeout: 30_000 }, () => {
  test('is kept by scrypt with a salt of its own, and read again', async () => {
    const [first, second] = [await hashPassword(PASSWORD), await hashPassword(PASSWORD)];
    expect(first).toMatch(/^scrypt\$131072\$8\$1\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$/);
    expect(first).not.toBe(second);
    expect(await isPassword(PASSWORD, first)).toBe(true);
    expect(await isPassword(`${PASSWORD} `, first)).toBe(false);
    // The same letters from another keyboard.
    expect(await isPassword('A\u030angstro\u0308m unit', await hashPassword('\u00c5ngstr\u00f6m unit'))).toBe(
      true,
    );
    await expect(isPassword(PASSWORD, 'sha1$x')).rejects.toThrow('another form');
  });

  test('has twelve letters at least, and not more than anybody types', async () => {
    const service = await trial();
    const where = { dataDir: service.dataDir, variables: {} };
    const tooShort = { ok: false, error: { code: 'usage', detail: 'a password has at least 12 letters' } };
    expect(await createAdmin(where, 'ada', 'eleven char')).toMatchObject(tooShort);
    expect(await createAdmin(where, 'ada', 'x'.repeat(1025))).toMatchObject({ error: { code: 'usage' } });
    expect(await createAdmin(where, 'ada', 'twelve chars')).toMatchObject({ ok: true });
    expect(await createAdmin(where, 'ada', PASSWORD)).toMatchObject({ ok: false, error: { code: 'usage' } });
    expect(await changePassword(where, 'ada', 'eleven char')).toMatchObject(tooShort);
    expect(await changePassword(where, 'bob', PASSWORD)).toMatchObject({
      ok: false,
      error: { code: 'usage' },
    });
  });

  test('does not hold up the service while it is looked at', async () => {
    const looking = hashPassword(PASSWORD).then(() => 'password');
    const other = new Promise<string>((resolve) => setImmediate(() => resolve('other')));
    expect(await Promise.race([looking, other])).toBe('other');
    await looking;
  });
});

describe('signing in', { timeout: 30_000 }, () => {
  test('gives a pass that is good for a working day, and is kept as a digest only', async () => {
    const { service, id, parts, attempt } = await signingIn();
    const signedIn = await attempt();
    if (!signedIn.ok) throw new Error('signed in');
    const { pass } = signedIn.value;
    expect(signedIn.value.admin.id).toBe(id);
    expect(holding(service.dataDir, pass.slice(3))).toEqual([]);
    expect(await adminOf(parts, pass)).toMatchObject({ admin: { id }, pass: { csrf: signedIn.value.csrf } });
    for (const other of [undefined, '', `${pass}x`]) expect(await adminOf(parts, other)).toBeUndefined();
    service.clock.now += 8 * 3600_000 - 1;
    expect(await adminOf(parts, pass)).toBeDefined();
    service.clock.now += 1;
    expect(await adminOf(parts, pass)).toBeUndefined();
  });

  test('ends by signing out, and for all passes when the password changes', async () => {
    const { service, parts, attempt } = await signingIn();
    const passes = [];
    for (let count = 0; count < 2; count++) {
      const signedIn = await attempt();
      if (!signedIn.ok) throw new Error('signed in');
      passes.push(signedIn.value.pass);
    }
    await signOut(parts, passes[0] ?? '');
    expect(await adminOf(parts, passes[0])).toBeUndefined();
    expect(await adminOf(parts, passes[1])).toBeDefined();
    await changePassword({ dataDir: service.dataDir, variables: {} }, 'ada', 'another long password');
    expect(await adminOf(parts, passes[1])).toBeUndefined();
    expect(await attempt()).toMatchObject(refused);
    expect(await attempt('another long password')).toMatchObject({ ok: true });
  });

  test('needs no password again for 300 s, and then by confirming', async () => {
    const { service, parts, attempt } = await signingIn();
    const signedIn = await attempt();
    if (!signedIn.ok) throw new Error('signed in');
    const now = async () => {
      const known = await adminOf(parts, signedIn.value.pass);
      if (known === undefined) throw new Error('still signed in');
      return known;
    };
    const isFresh = async () => isConfirmed((await now()).pass, service.clock.now);
    expect(await isFresh()).toBe(true);
    service.clock.now += 300_000;
    expect(await isFresh()).toBe(false);
    expect(await confirm(parts, await now(), 'wrong password', '')).toMatchObject(refused);
    expect(await isFresh()).toBe(false);
    expect(await confirm(parts, await now(), PASSWORD, '')).toEqual({ ok: true, value: undefined });
    expect(await isFresh()).toBe(true);
  });

  test('[P44] has five attempts, then waiting times that double up to a quarter of an hour', async () => {
    const { service, attempt } = await signingIn();
    for (let count = 0; count < 5; count++) expect(await attempt('wrong')).toMatchObject(refused);
    for (const seconds of [15, 30, 60, 120, 240, 480, 900, 900]) {
      expect(await attempt()).toMatchObject(waiting(seconds));
      service.clock.now += seconds * 1000 - 1;
      expect(await attempt()).toMatchObject(waiting(1));
      service.clock.now += 1;
      expect(await attempt('wrong')).toMatchObject(refused);
    }
    service.clock.now += 900_000;
    expect(await attempt()).toMatchObject({ ok: true });
    expect(await attempt('wrong', 'ada', 'elsewhere')).toMatchObject(refused);
    expect(await attempt(PASSWORD, 'ada', 'elsewhere')).toMatchObject({ ok: true });
  });

  test('counts by network, too, and knows no more of a name that is none', async () => {
    const { parts, attempt } = await signingIn();
    for (let count = 0; count < 5; count++)
      expect(await attempt(PASSWORD, `nobody ${count}`)).toMatchObject(refused);
    expect(await attempt()).toMatchObject(waiting(15));
    expect(await attempt(PASSWORD, 'ada', '192.0.2.2')).toMatchObject(waiting(15));
    expect(await attempt(PASSWORD, 'ada', '198.51.100.2')).toMatchObject({ ok: true });
    for (let count = 0; count < 5; count++)
      expect(await attempt('wrong', 'none', `10.0.${count}.1`)).toMatchObject(refused);
    expect(await attempt('wrong', 'none', '10.0.100.1')).toMatchObject(waiting(15));
    expect(parts.attempts.waitSeconds(['name unknown'], 0)).toBe(0);
  });

  test('no more attempts get through at once than one after the other', async () => {
    const { attempt } = await signingIn();
    const answers = await Promise.all(Array.from({ length: 12 }, () => attempt('wrong')));
    expect(answers.filter((each) => !each.ok && each.error.code === 'sign-in-refused')).toHaveLength(5);
  });

  test('over HTTP, too many attempts say in Retry-After how long to wait', async () => {
    const service = await trial();
    await anAdmin(service);
    const headers = { 'x-access-token': service.key, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'ada', password: 'wrong' });
    const ask = () => fetch(`${service.url}/user/confirm`, { method: 'POST', headers, body });
    for (let count = 0; count < 5; count++) expect((await ask()).status).toBe(401);
    const last = await ask();
    expect([last.status, last.headers.get('retry-after')]).toEqual([429, '15']);
  });

  test('[P28] every attempt is in the audit log, with no name and no password in it', async () => {
    const { service, id, attempt } = await signingIn();
    await attempt('wrong secret');
    await attempt(PASSWORD, 'somebody');
    await attempt();
    type Entries = { entries: { action: string }[] };
    const { data } = await call<Entries>(service, 'GET', '/audit?limit=1000', service.key);
    const attempts = data.entries.filter(({ action }) => action === 'admin.sign-in');
    const [nobody, reason] = ['nobody', expect.stringMatching(/^sign-in-refused/)];
    expect(attempts).toMatchObject([
      { actor: nobody, object: id, outcome: 'refused', reason },
      { actor: nobody, object: '', outcome: 'refused', reason },
      { actor: `admin:${id}`, object: id, outcome: 'done', reason: '' },
    ]);
    for (const word of ['ada', 'somebody', 'wrong secret', PASSWORD])
      expect(JSON.stringify(attempts)).not.toContain(word);
  });
});

test('failures are forgotten after an hour, and no more than so many names are remembered', () => {
  const attempts = newAttempts();
  for (let count = 0; count < 6; count++) attempts.failed(['name a'], 0);
  expect(attempts.waitSeconds(['name a'], 0)).toBe(30);
  expect(attempts.waitSeconds(['name a', 'name b'], 1000)).toBe(29);
  attempts.failed(['name a'], 3600_001);
  expect(attempts.waitSeconds(['name a'], 3600_001)).toBe(0);
  for (let count = 0; count < 6; count++) attempts.failed(['name old'], 4_000_000);
  for (let count = 0; count < 10_000; count++) attempts.failed([`name ${count}`], 4_000_001);
  expect(attempts.waitSeconds(['name old'], 4_000_001)).toBe(0);
});
