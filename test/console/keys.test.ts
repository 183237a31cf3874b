import { expect, test } from 'vitest';
import { call } from '../../backend/trial/recorder.ts';
import { confirm, desks, press } from './desk.ts';

const desk = desks();

test('[P21][P34][P42][P43][P44] a key takes the password again, is shown once, works at once, is rotated, and is refused from the moment it is revoked', async () => {
  const { service, page, open } = await desk();
  service.clock.now += 6 * 60_000;
  await open('/console/keys');
  await confirm(page);
  await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
  await page.getByLabel('Name').fill('meeting bot');
  await page.getByLabel('development').check();
  await page.getByLabel('capture').check();
  await press(page, 'Make the key');
  const field = page.getByLabel('API key');
  await field.waitFor();
  const key = await field.inputValue();
  expect(key).toMatch(/^tl_test_/);
  const works = async (secret: string) => (await call(service, 'GET', '/collection', secret)).status;
  expect(await works(key)).toBe(200);
  // The role it has not is refused.
  expect(await call(service, 'GET', '/audit', key)).toMatchObject({
    status: 403,
    error_code: 'role-missing',
  });
  await page.reload();
  expect(await page.getByRole('main').innerText()).toContain('It was shown once and is kept nowhere.');
  await press(page, 'Back');
  const row = page.getByRole('row').filter({ hasText: 'meeting bot' });
  expect(await row.innerText()).toContain(key.slice(0, 14));
  expect(await page.content()).not.toContain(key);

  await press(page, /^Rotate meeting bot/);
  await page.getByLabel('The old key is refused').selectOption('in an hour');
  await press(page, 'Rotate the key');
  await field.waitFor();
  const next = await field.inputValue();
  expect([await works(key), await works(next)]).toEqual([200, 200]);
  service.clock.now += 3600_000;
  expect([await works(key), await works(next)]).toEqual([401, 200]);
});

test('[P43][P44] without the password just given no key is made or revoked, by whatever form', async () => {
  const { service, page, open } = await desk();
  await open('/console/keys');
  const id = /keys\/(key-[\w-]+)\/revoke/.exec(await page.content())?.[1];
  const csrf = await page.locator('input[name=csrf]').first().inputValue();
  service.clock.now += 6 * 60_000;
  const post = (path: string, fields: Record<string, string>) =>
    page.evaluate(
      async ([to, body]) => (await fetch(to, { method: 'POST', body: new URLSearchParams(body) })).url,
      [path, { csrf, ...fields }] as const,
    );
  const asked = `${service.url}/console/confirm?to=%2Fconsole%2Fkeys`;
  expect(await post('/console/keys', { name: 'x', environment: 'production', roles: 'admin' })).toBe(asked);
  expect(await post(`/console/keys/${id}/revoke`, {})).toBe(asked);
  expect(await post(`/console/keys/${id}/rotate`, { overlap: '0' })).toBe(asked);
  expect(await call(service, 'GET', '/collection', service.key)).toMatchObject({ status: 200 });
  await open('/console/keys');
  await confirm(page);
  await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
  expect(await page.getByRole('row').count()).toBe(2);
  await press(page, /^Revoke trial/);
  await page.getByRole('heading', { name: 'Revoke this key?' }).waitFor();
  await press(page, 'Revoke the key');
  await page.getByText('The key is refused from now on').waitFor();
  expect(await call(service, 'GET', '/collection', service.key)).toMatchObject({ status: 401 });
});

test('a wrong password at the second asking opens nothing', async () => {
  const { service, page, open } = await desk();
  service.clock.now += 6 * 60_000;
  await open('/console/keys');
  await page.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  expect(await page.getByRole('alert').innerText()).toContain('do not belong together');
  await open('/console/keys');
  expect(await page.getByRole('heading').first().innerText()).toBe('Your password, please');
});
