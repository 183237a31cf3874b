import { expect, test } from 'vitest';
import { errorOf } from '../../contract/result.ts';
import { done } from '../vault/test-vault.ts';
import { testRecorder } from './test-recorder.ts';

const SCREEN = 'display:1';

async function told(t: Awaited<ReturnType<typeof testRecorder>>): Promise<string[]> {
  return (await t.story()).flatMap((event) =>
    event.type === 'channel.trouble' || event.type === 'channel.recovered'
      ? [`${event.type} ${event.code}`]
      : [],
  );
}

test('what a channel brings that is of no use is in the audit log, once per change, and when it is over', async () => {
  const t = await testRecorder();
  done(await t.agree({ [SCREEN]: 'keep' }));
  t.second();
  const { health } = t.pipeline(SCREEN).on;
  health(null);
  health(errorOf('channel-black'));
  health(errorOf('channel-black'));
  expect(t.snapshot().channels.find(({ id }) => id === SCREEN)?.trouble?.code).toBe('channel-black');
  health(errorOf('channel-frozen'));
  health(null);
  health(null);
  done(await t.recorder.stop('person'));
  await t.when(({ session }) => session.state === 'complete');
  expect(await told(t)).toEqual([
    'channel.trouble channel-black',
    'channel.trouble channel-frozen',
    'channel.recovered channel-frozen',
  ]);
});

test('a take that ends takes its trouble with it, which is no recovery', async () => {
  const t = await testRecorder();
  done(await t.agree({ [SCREEN]: 'keep' }));
  t.second();
  t.pipeline(SCREEN).on.health(errorOf('channel-black'));
  done(await t.recorder.pause('person'));
  expect(t.snapshot().channels.find(({ id }) => id === SCREEN)?.trouble).toBeNull();
  done(await t.recorder.resume());
  t.second();
  t.pipeline(SCREEN).on.health(errorOf('channel-black'));
  done(await t.recorder.stop('person'));
  await t.when(({ session }) => session.state === 'complete');
  expect(await told(t)).toEqual(['channel.trouble channel-black', 'channel.trouble channel-black']);
});
