import { expect, test } from 'vitest';
import { SCENES, snapshotOf, terms } from './snapshots.ts';
import { openedStage } from './stage.ts';

const open = openedStage();
const HOUR_MS = 3_600_000;

test('the last five minutes before a recording ends by itself are counted down, and announced once', async () => {
  const { page, main } = await open(SCENES.ready(), {}, (page) => page.clock.install({ time: 0 }));
  const { channels } = SCENES.recording();
  const session = { state: 'recording', startedAt: new Date(0).toISOString(), activeMs: 3_000_000 } as const;
  const say = () =>
    main.say(snapshotOf(session, { lamp: 'trouble', channels, terms: { ...terms, maxSessionMinutes: 60 } }));
  await page.evaluate(() => {
    const status = document.querySelector('[role=status]');
    const heard: string[] = [];
    Object.assign(window, { heard });
    if (status !== null)
      new MutationObserver(() => heard.push(status.textContent ?? '')).observe(status, {
        childList: true,
        characterData: true,
        subtree: true,
      });
  });
  await page.clock.pauseAt(HOUR_MS - 301_000);
  say();
  await page.locator('.lamp-trouble').waitFor();
  expect(await page.locator('.hero-ending').count()).toBe(0);

  await page.clock.runFor(1000);
  await page.getByText('Ends by itself in 5:00.').waitFor();
  await page.clock.runFor(28_000);
  await page.getByText('Ends by itself in 4:32.').waitFor();
  say();
  await page.clock.runFor(272_000);
  await page.getByText('Ends by itself in 0:00.').waitFor();
  const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  expect(heard).toEqual([
    'Recording, but something needs a look.',
    'Recording, but something needs a look. It ends by itself in 5 minutes or less.',
  ]);
});

test('[P57] what was cut off the last time is told at the next start: how much of which recording', async () => {
  const { page } = await open(SCENES['ready-chosen']());
  const told = page.getByText(/^Recovered 41:07 of “Weekly planning” of .*2026.*: it had been cut off\.$/);
  await told.waitFor();
  // Where one looks first, above what is to be chosen.
  const [its, choice] = [
    await told.boundingBox(),
    await page.getByRole('heading', { name: 'What to capture' }).boundingBox(),
  ];
  expect(its?.y).toBeLessThan(choice?.y ?? 0);
});

test('[P55] what the service did not take is no success: it is told first, and apart', async () => {
  const complete = SCENES.complete();
  const channels = complete.channels.map((channel) =>
    channel.kind === 'mic'
      ? { ...channel, cutBy: 'policy-forbids' as const, deliveredBytes: 1000, storedBytes: channel.bytes }
      : channel,
  );
  const { page } = await open(snapshotOf(complete.session, { ...complete, channels }));
  const said = page.locator('.outcome li');
  await said.first().waitFor();
  expect(await said.first().innerText()).toMatch(/^The service took .* of Microphone, and no more/);
  expect(await page.locator('.outcome .outcome-cut').count()).toBe(1);
});
