import { expect, test } from 'vitest';
import { errorOf } from '../../contract/result.ts';
import { done } from '../vault/test-vault.ts';
import { testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';

async function witnessed() {
  const told: string[] = [];
  const t = await testRecorder({
    parts: { witness: (kind, evidence) => void told.push(`${kind} ${evidence}`) },
  });
  done(await t.agree({ [MIC]: 'live', [SCREEN]: 'live', 'system_audio:default': 'live' }));
  t.second();
  return { t, told };
}

test('the end of a trouble is no content; content is what the pipeline says is content', async () => {
  const { t, told } = await witnessed();
  t.pipeline(SCREEN).on.health(null);
  t.pipeline(MIC).on.level(-30);
  expect(told).toEqual([]);
  t.pipeline(SCREEN).on.content();
  t.pipeline(MIC).on.content();
  expect(told).toEqual(['display content', 'mic content']);
});

test('a black screen and a silent system are told as what they are', async () => {
  const { t, told } = await witnessed();
  t.pipeline(SCREEN).on.health(errorOf('channel-black'));
  for (let level = 0; level < 100; level++) t.pipeline('system_audio:default').on.level(-120);
  expect(told).toEqual(['display empty', 'system_audio empty']);
});
