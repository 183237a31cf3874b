import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { trialCarrier } from '../../backend/trial/carrier.ts';
import { areAll, entriesOf, SECRETS, untilCopies } from '../../backend/trial/copies.ts';
import { recorded } from '../../backend/trial/recorded.ts';
import { call } from '../../backend/trial/recorder.ts';
import { addTenant, confirm, desks, eventually, press, signIn } from './desk.ts';

const desk = desks();

async function copying() {
  const carrier = trialCarrier(SECRETS);
  const made = await desk({ webhooks: { lookMs: 50 }, destinations: { carrier } });
  return { carrier, ...made };
}

test('[P47][P56] by the keyboard alone: a destination is set and tried, a copy that was kept is sent, why it failed is told, and it is sent again', async () => {
  const { service, carrier, page, open } = await copying();
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  const [video] = session.videos;
  await untilCopies(service, areAll('kept'));
  service.clock.now += 6 * 60_000;
  await open('/console/copies');
  const main = () => page.getByRole('main').innerText();
  expect(await main()).toContain('Kept here');
  await press(page, /^Send the recording/);
  await page.getByText('This collection has no destination for copies.').waitFor();

  await open('/console/copies/destinations');
  expect(await main()).toContain('None: second copies stay here.');
  await press(page, 'S3, or anything that speaks its protocol');
  await confirm(page);
  await page.getByRole('heading', { name: 'Destinations of copies' }).waitFor();
  await press(page, 'S3, or anything that speaks its protocol');
  await page.getByRole('heading', { name: /^A destination: S3/ }).waitFor();
  const { accessKeyId, secretAccessKey } = JSON.parse(SECRETS);
  const fill = async (more: Readonly<Record<string, string>>) => {
    for (const [label, text] of Object.entries(more)) {
      await page.getByLabel(new RegExp(`^${label}`)).focus();
      await page.keyboard.type(text);
    }
  };
  const secrets = { 'Access key id': accessKeyId, 'Secret access key': secretAccessKey };
  await fill({ Bucket: 'recordings', Region: 'EU!', Address: 'https://127.0.0.1:9000', ...secrets });
  await press(page, 'Copy recordings there');
  await page.getByRole('alert').getByText('Region is not of the form that is expected.').waitFor();
  // What was secret is not in the page that comes back.
  expect(await page.content()).not.toContain(secretAccessKey);
  expect(await page.getByLabel(/^Bucket/).inputValue()).toBe('recordings');
  await page.getByLabel(/^Region/).fill('eu-central-1');
  await fill(secrets);
  await press(page, 'Copy recordings there');
  await page.getByRole('alert').getByText('Copies are not sent to this address.').waitFor();
  await page.getByLabel(/^Address/).fill('');
  await fill(secrets);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
  await press(page, 'Copy recordings there');
  await page.getByRole('status').getByText('Recordings that are finished from now on').waitFor();
  expect(await main()).toMatch(/default[\s\S]*production[\s\S]*s3 recordings[\s\S]*stays/);
  expect(await page.content()).not.toContain(accessKeyId);
  await press(page, /^Try out/);
  await page.getByRole('status').getByText('It took a small object').waitFor();

  carrier.fault = () => ({ code: 'destination-unreachable', detail: 'status 503' });
  await open('/console/copies');
  await press(page, /^Send the recording/);
  await page.getByRole('status').getByText('It is being sent.').waitFor();
  await untilCopies(service, areAll('failing'));
  await open('/console/copies?state=failing');
  expect(await main()).toContain('Not sent yet');
  expect(await main()).toContain('The destination does not answer. The recording is safe here. (status 503)');
  expect(await main()).toContain('If it stays, check address and network.');
  carrier.fault = () => undefined;
  await press(page, /^Send again/);
  await untilCopies(service, areAll('sent'));
  await open('/console/copies?state=sent');
  expect(await main()).toContain(`s3 recordings/default/${session.id}/${video?.id}.mp4`);
  const entries = await entriesOf(service);
  const own = entries.filter(({ actor }) => actor.startsWith('admin:')).map(({ action }) => action);
  expect(own).toEqual(expect.arrayContaining(['destination.set', 'destination.test', 'copy.send']));
  expect(JSON.stringify(entries)).not.toContain(secretAccessKey);

  await open('/console/copies/destinations');
  await press(page, /^Remove/);
  await page.getByRole('heading', { name: 'Remove this destination?' }).waitFor();
  await press(page, 'Remove the destination');
  await page.getByText('None: second copies stay here.').waitFor();
});

test('[P35] the console shows the copies and destinations of its own tenant, of both environments, and sends no others', async () => {
  const { service, page, another } = await copying();
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  await untilCopies(service, areAll('kept'));
  await addTenant(service, 'other', 'eve');
  const theirs = await another();
  await signIn(service, theirs, '/console/copies', 'eve');
  await theirs.goto(`${service.url}/console/copies`);
  expect(await theirs.getByRole('main').innerText()).toContain('None');
  await page.goto(`${service.url}/console/copies`);
  const id = session.videos[0]?.id ?? '';
  const csrf = await theirs.locator('input[name=csrf]').first().inputValue();
  const status = await theirs.evaluate(
    async ([path, token]) => {
      const body = new URLSearchParams({ csrf: token ?? '' });
      return (await fetch(path ?? '', { method: 'POST', body })).status;
    },
    [`/console/copies/${id}/send`, csrf],
  );
  expect(status).toBe(404);
  await eventually(() => page.getByRole('main').innerText()).toContain(id);
  expect(await call(service, 'GET', '/copies?state=sending', service.key)).toMatchObject({
    data: { copies: [] },
  });
});
