import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeOf } from '../../backend/trial/media.ts';
import { call, put, started } from '../../backend/trial/recorder.ts';
import type { Policy } from '../../contract/policy.ts';
import { artifacts, desks, press } from './desk.ts';

const desk = desks();

test('[P18][P26] a policy is written, says in words what it means and changes, is put into force, and the API obeys it', async () => {
  const { service, adminId, page, open } = await desk();
  const { streams, token } = await started(service, service.key, '+display:1', '+mic:default');
  await open('/console/policy');
  expect(page.url()).toBe(`${service.url}/console/policy/default`);
  await page.getByRole('group', { name: 'Display' }).getByLabel('Forbidden').focus();
  await page.keyboard.press('Space');
  await page.getByLabel('Days kept').fill('30');
  await page.getByLabel('Purpose').fill('  Training ');
  await press(page, 'Review');
  await page.getByRole('heading', { name: 'Review the policy' }).waitFor();
  const changes = page.getByRole('region', { name: 'What changes' });
  expect(await changes.getByRole('listitem').allInnerTexts()).toEqual([
    'Displays will no longer be recorded. 1 session is recording a display now; that channel ends within 5 seconds.',
    'What is kept will be deleted after 30 days. Nothing here is that old yet.',
    'The purpose shown to the person changes from “Meeting notes” to “Training”.',
  ]);
  expect(await page.getByRole('region', { name: 'What it means' }).innerText()).toContain(
    'Displays are never recorded.',
  );
  await page.screenshot({ path: join(artifacts, 'review-1280-light.png'), fullPage: true });
  const inForce = async () => (await call<Policy>(service, 'GET', '/policy', service.key)).data;
  expect((await inForce()).channels.display).toBe('choose');
  await press(page, 'Put into force');
  await page.getByText('The new policy is in force').waitFor();
  expect(await inForce()).toMatchObject({
    version: 2,
    channels: { mic: 'choose', system_audio: 'choose', display: 'forbidden' },
    retentionDays: 30,
    purpose: 'Training',
  });
  const [piece] = takeOf();
  if (piece === undefined) throw new Error('a take begins with its init segment');
  expect(await put(service, streams[0] ?? '', piece, token)).toMatchObject({ error_code: 'policy-forbids' });
  expect(await put(service, streams[1] ?? '', piece, token)).toMatchObject({ status: 200 });
  await press(page, 'All versions');
  await page.getByRole('heading', { name: 'Version 2' }).waitFor();
  expect(await page.getByRole('main').innerText()).toContain(`by admin:${adminId}`);
  await open('/console/audit?object=default');
  expect(
    await page.getByRole('listitem').filter({ hasText: 'put a new policy into force' }).innerText(),
  ).toContain(`Admin grace ${adminId} put a new policy into force in default.`);
});

test('what is wrong with a policy is said at its field and above, the focus goes there, and what was written stays', async () => {
  const { service, page, open } = await desk();
  await open('/console/policy/default');
  await page.getByLabel('Purpose').fill('Interviews');
  await page.getByLabel('Who gets').fill('   \n ');
  await page.getByLabel('Life of a token').fill('4000');
  await press(page, 'Review');
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.innerText()).toContain('2 things have to be corrected');
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'alert');
  const life = page.getByLabel('Life of a token');
  expect(await life.getAttribute('aria-invalid')).toBe('true');
  const described = (await life.getAttribute('aria-describedby'))?.split(' ') ?? [];
  const words = await Promise.all(described.map((id) => page.locator(`#${id}`).innerText()));
  expect(words).toContain('A token lives from 60 to 900 seconds.');
  expect(await page.getByLabel('Purpose').inputValue()).toBe('Interviews');
  await press(page, 'A token lives from 60 to 900 seconds.');
  await page.waitForURL(/#tokenMaxSeconds$/);
  expect((await call<Policy>(service, 'GET', '/policy', service.key)).data.version).toBe(1);
});

test('a policy that somebody else changed meanwhile is not overwritten unseen', async () => {
  const { service, page, open } = await desk();
  await open('/console/policy/default');
  await page.getByRole('group', { name: 'Microphone' }).getByLabel('Always kept').check();
  await press(page, 'Review');
  await page.getByRole('button', { name: 'Put into force' }).waitFor();
  const { data } = await call<Policy>(service, 'GET', '/policy', service.key);
  const { version: _, ...policy } = data;
  await call(service, 'PUT', '/policy', service.key, { ...policy, retentionDays: 7 });
  await press(page, 'Put into force');
  await page.getByText('somebody else put another version into force').waitFor();
  expect(await page.getByRole('region', { name: 'What changes' }).innerText()).toContain(
    'Nothing that is kept from now on is deleted by time.',
  );
  await press(page, 'Change it further');
  await page.getByRole('heading', { name: 'Policy of Default' }).waitFor();
  expect(await page.getByRole('group', { name: 'Microphone' }).getByLabel('Always kept').isChecked()).toBe(
    true,
  );
});

test('a collection is made, gets a policy of its own, and is deleted after the page said what goes', async () => {
  const { service, page, open } = await desk();
  await open('/console/collections');
  await page.getByLabel('Name').fill('Interviews');
  await page.getByLabel('Id', { exact: true }).fill('Not An Id');
  await press(page, 'Make it');
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Id', { exact: true }).fill('interviews');
  await press(page, 'Make it');
  await page.getByText('The collection was made').waitFor();
  await press(page, /^Policy of Interviews/);
  await page.getByRole('heading', { name: 'Policy of Interviews' }).waitFor();
  await open('/console/collections');
  await press(page, /^Delete Interviews/);
  await page.getByRole('heading', { name: 'Delete this collection?' }).waitFor();
  await press(page, 'Delete the collection');
  await page.getByText('The collection was deleted').waitFor();
  expect(await call(service, 'GET', '/collection/interviews', service.key)).toMatchObject({ status: 404 });
});
