import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { errorOf, ok } from '../../contract/result.ts';
import { display, mic, SCENES, snapshotOf, systemAudio } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const open = openedStage();

/** Each fact of the terms as it can be seen, a tab between what it is about and what is said of it. */
async function shownFacts(page: Page): Promise<string[]> {
  const facts = await page.locator('.terms dl > div').allInnerTexts();
  return facts.map((fact) => fact.trim().replace(/\s*\n\s*/g, '\t'));
}

test('[P26] before anybody agrees they read what for, how long, who gets it, and where a copy stays', async () => {
  const { page } = await open(SCENES['ready-chosen']());
  const terms = page.getByRole('region', { name: 'What you agree to' });
  await terms.waitFor();
  expect((await shownFacts(page)).map((fact) => fact.replace('\t', ': '))).toEqual([
    'Who asks: Acme · policy 7',
    'What for: Meeting notes',
    'How long: 30 days',
    'Who gets it: Acme research team and Notewright GmbH',
    'On this device: The encrypted copy is removed once the service has it',
    'Longest time: Ends by itself after 60 minutes, pauses included',
    'Its key: No system keychain is in use: the key is a file that any program of your user account can read.',
  ]);
});

test('[P26] without a retention it says until somebody deletes it', async () => {
  const { terms, channels } = SCENES['ready-chosen']();
  const { page } = await open(
    snapshotOf({}, { channels, terms: terms && { ...terms, retentionDays: null, localCopy: 'keep' } }),
  );
  await page.getByText('Until somebody deletes it').waitFor();
  expect(await page.getByText('An encrypted copy stays here').isVisible()).toBe(true);
});

test('[P26] where every channel is live only it says that nothing is kept, and nothing of keeping', async () => {
  const { channels } = SCENES['ready-chosen']();
  const live = channels.map((channel) =>
    channel.mode === 'off' ? channel : { ...channel, mode: 'live' as const },
  );
  const { page } = await open(snapshotOf({}, { channels: live }));
  await page.getByText('Nothing is kept', { exact: true }).waitFor();
  expect(await page.getByText('On this device').isVisible()).toBe(false);
});

test('[P01] [P14] agreeing asks main for exactly the channels and modes that are shown, and nothing before it does', async () => {
  const channels = [{ ...mic, mode: 'keep' as const }, { ...systemAudio, mode: 'off' as const }, display];
  const { page, main } = await open(snapshotOf({}, { channels }));
  main.expect('session.agree', () => ok(SCENES.starting()));
  await page
    .getByText('Microphone will be kept. Display 1 is live only and never written to a disk.')
    .waitFor();
  expect(main.calls).toEqual([]);
  await page.getByRole('button', { name: 'Agree and start' }).click();
  await page.getByRole('heading', { name: 'Starting' }).waitFor();
  expect(main.calls).toEqual([
    {
      name: 'session.agree',
      request: {
        channels: [
          { id: 'mic:default', mode: 'keep' },
          { id: 'display:1', mode: 'live' },
        ],
        policyVersion: 7,
        text: expect.stringContaining('Microphone will be kept.'),
        locale: 'en',
      },
    },
  ]);
});

test.each([
  ['ready-chosen', 360],
  ['ready-policy', 360],
  ['ready-long-names', 960],
] as const)(
  '[P26] %s: the text that goes with the yes is word for word what can be seen',
  async (scene, width) => {
    const { page, main } = await open(SCENES[scene](), { viewport: { width, height: 720 } });
    main.expect('session.agree', () => ok(SCENES.starting()));
    const title = await page.getByRole('region', { name: 'What you agree to' }).locator('h2').innerText();
    const shown = [title, ...(await shownFacts(page)), await page.locator('.bar-words').innerText()];
    await page.getByRole('button', { name: 'Agree and start' }).click();
    await page.getByRole('heading', { name: 'Starting' }).waitFor();
    expect(main.calls.map(({ request }) => (request as { text: string }).text)).toEqual([shown.join('\n')]);
  },
);

test('[P26] the text is of what is chosen at that moment, though main has not answered the choice yet', async () => {
  const { page, main } = await open(SCENES.ready());
  main.expect('channel.choose');
  main.expect('session.agree', () => ok(SCENES.starting()));
  main.hold();
  await page.getByRole('group', { name: 'Microphone' }).getByRole('radio', { name: 'Keep' }).check();
  const summary = page.getByText('Microphone will be kept. System audio and Display 1 are live only');
  await summary.waitFor();
  const shown = await summary.innerText();
  expect(await shownFacts(page)).toContain('How long\t30 days');
  await page.getByRole('button', { name: 'Agree and start' }).click();
  await eventually(() => main.calls.length).toBe(2);
  const [text = ''] = main.calls.flatMap(({ name, request }) =>
    name === 'session.agree' ? [(request as { text: string }).text] : [],
  );
  expect(text.split('\n').at(-1)).toBe(shown);
  expect(text).toContain('How long\t30 days');
});

test('[P14] [P15] each channel is chosen by itself, and nothing is kept that nobody chose to keep', async () => {
  const { page, main } = await open(SCENES.ready());
  main.expect('channel.choose');
  main.hold();
  await page.getByText('Nothing will be kept.').waitFor();
  await page.getByRole('group', { name: 'System audio' }).getByRole('radio', { name: 'Keep' }).check();
  await page.getByText('System audio will be kept. Microphone and Display 1 are live only').waitFor();
  expect(
    await page
      .getByRole('group', { name: 'Microphone' })
      .getByRole('radio', { name: 'Live only' })
      .isChecked(),
  ).toBe(true);
  await eventually(() => main.calls).toEqual([
    { name: 'channel.choose', request: { channelId: 'system_audio:default', mode: 'keep' } },
  ]);
});

const FOLLOW = 'Change to another device when the system’s default changes';

test('[P14] following the default is a choice of its own, sent as it was made and agreed to as it is shown', async () => {
  const named = { ...mic, name: 'Default microphone (Built-in)' };
  const channels = [
    { ...named, follows: false },
    { ...systemAudio, mode: 'off' as const, follows: false },
    display,
  ];
  const { page, main } = await open(snapshotOf({}, { channels }));
  main.expect('channel.choose', (request) => {
    const follows = (request as { follow: boolean }).follow;
    const next = snapshotOf({}, { channels: [{ ...named, follows }] });
    main.say(next);
    return ok(next);
  });
  main.expect('session.agree', () => ok(SCENES.starting()));
  const follow = page.getByRole('checkbox', { name: FOLLOW });
  await follow.waitFor();
  // Neither what is off nor a display has a default that one could follow.
  expect(await follow.count()).toBe(1);
  expect(await follow.isChecked()).toBe(false);
  await follow.focus();
  await page.keyboard.press('Space');
  await eventually(() => follow.isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Agree and start' }).click();
  await page.getByRole('heading', { name: 'Starting' }).waitFor();
  expect(main.calls).toEqual([
    { name: 'channel.choose', request: { channelId: 'mic:default', mode: 'live', follow: true } },
    {
      name: 'session.agree',
      request: {
        channels: [{ id: 'mic:default', mode: 'live', follow: true }],
        policyVersion: 7,
        text: expect.stringContaining('Default microphone (whichever it is) is live only'),
        locale: 'en',
      },
    },
  ]);
});

test('[P26] before anybody agrees they read that a channel follows the default, and afterwards which device it is', async () => {
  const named = { ...mic, name: 'Default microphone (Built-in)', mode: 'keep' as const };
  const { page, main } = await open(snapshotOf({}, { channels: [{ ...named, follows: false }] }));
  await page.getByText('Default microphone will be kept.', { exact: true }).waitFor();
  main.say(snapshotOf({}, { channels: [{ ...named, follows: true }] }));
  await page.getByText('Default microphone (whichever it is) will be kept.', { exact: true }).waitFor();
  const { session, channels } = SCENES['recording-gaps']();
  main.say(snapshotOf(session, { lamp: 'live', channels }));
  await page.getByText('Jabra Evolve2 65').waitFor();
});

test('a choice that main refuses goes back to what main says, and is told', async () => {
  const { page, main } = await open(SCENES.ready());
  main.expect('channel.choose', () => ({ ok: false, error: errorOf('policy-forbids') }));
  await page.getByRole('group', { name: 'Microphone' }).getByRole('radio', { name: 'Keep' }).click();
  await page.getByRole('alert').getByText(errorOf('policy-forbids').message).waitFor();
  expect(
    await page
      .getByRole('group', { name: 'Microphone' })
      .getByRole('radio', { name: 'Live only' })
      .isChecked(),
  ).toBe(true);
});

test('a mode that policy locks stays visible, cannot be chosen, and says who locked it', async () => {
  const { page } = await open(SCENES.ready());
  const keep = page.getByRole('group', { name: 'Display 1' }).getByRole('radio', { name: 'Keep' });
  await keep.waitFor();
  expect(await keep.isDisabled()).toBe(true);
  const reason = '2560 × 1440 · may only be passed on live, by policy of Acme';
  expect(await page.getByText(reason).isVisible()).toBe(true);
  expect(await page.getByRole('group', { name: 'Display 1', description: reason }).count()).toBe(1);
});

test('[P26] each rule of the policy says why a mode is locked', async () => {
  const { page } = await open(SCENES['ready-policy']());
  const rules = [
    ['Microphone', 'Is kept whenever it is recorded, by policy of Acme', ['off', 'keep']],
    ['System audio', 'Not recorded here, by policy of Acme', ['off']],
    ['Display 1', '2560 × 1440 · may only be passed on live, by policy of Acme', ['off', 'live']],
  ] as const;
  for (const [name, description, modes] of rules) {
    const group = page.getByRole('group', { name, description });
    const open = await group
      .locator('input:enabled')
      .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
    expect({ name, modes: open }).toEqual({ name, modes });
  }
});

test.each([
  ['ready-nothing-chosen', 'Choose Live only or Keep for at least one channel.'],
  ['ready-no-terms', 'The terms could not be read, so there is nothing to agree to yet.'],
  ['ready-untrusted', 'The terms could not be verified, so there is nothing to agree to.'],
] as const)(
  '%s: nobody can agree, by button or by shortcut, and the reason is in words',
  async (scene, reason) => {
    const { page, main } = await open(SCENES[scene]());
    await page.getByText(reason).waitFor();
    const agree = page.getByRole('button', { name: 'Agree and start', description: reason });
    expect(await agree.getAttribute('aria-disabled')).toBe('true');
    await agree.click({ force: true });
    await page.keyboard.press('Control+Shift+R');
    main.say(SCENES.ready());
    await page.getByText('Nothing will be kept.').waitFor();
    expect(main.calls).toEqual([]);
  },
);

test('who agreed cannot change their mind behind main, and cannot agree twice', async () => {
  const { page } = await open(SCENES.consenting());
  await page.locator('.hero').getByText('no device is open yet').waitFor();
  expect(await page.getByRole('radio').count()).toBe(9);
  expect(await page.locator('input:enabled').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Starting' }).getAttribute('aria-disabled')).toBe('true');
});

test('Look again looks again', async () => {
  const { page, main } = await open(snapshotOf({}, { channels: [] }));
  main.expect('channels.refresh', () => ok(SCENES.ready()));
  await page.getByText('No microphone, display or system audio was found').waitFor();
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByRole('group', { name: 'Microphone' }).waitFor();
  expect(main.calls).toEqual([{ name: 'channels.refresh', request: {} }]);
});
