import { describe, expect, test } from 'vitest';
import { silence } from '../delivery/test-service.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';

describe('quitting', () => {
  test('ends a recording, delivers it and releases every device', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep', 'display:1': 'live' }));
    t.second();
    await t.recorder.close();
    expect([MIC, 'display:1'].map((id) => t.pipeline(id).state())).toEqual(['ended', 'ended']);
    expect(t.state()).toBe('complete');
    expect(t.service.settings.status).toBe('stopped');
    expect((await t.story()).find(({ type }) => type === 'session.stopped')).toMatchObject({ by: 'quit' });
  });

  test('in a pause does too', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    done(await t.recorder.pause('person'));
    await t.recorder.close();
    expect(t.state()).toBe('complete');
  });

  test('does not wait for a service that is down: what is kept is finished and goes on at the next start', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await t.service.down();
    await t.recorder.close();
    expect(t.state()).toBe('delivering');
    const recording = done(await vaultIn(t.dataDir, t.secrets).open(TEST_SESSION));
    expect(recording.facts()).toMatchObject({ delivered: false, ended: { activeMs: 1010 } });
    expect(recording.fragments(MIC)).toHaveLength(3);
  });

  test('while the agreement is being prepared opens no device', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    t.service.next(/start$/, silence);
    const agreed = t.agree({ [MIC]: 'keep' });
    await t.service.when(() => t.service.paths().some((path) => path.endsWith('/start')));
    await t.recorder.close();
    expect(await agreed).toMatchObject({ error: { code: 'consent-missing' } });
    expect(t.pipelines()).toBe(0);
    expect(t.state()).toBe('idle');
  });

  test('is the end: nothing starts afterwards', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    await t.recorder.close();
    await t.recorder.close();
    expect(await t.agree({ [MIC]: 'live' })).toMatchObject({ error: { code: 'not-now' } });
    expect(await t.recorder.renew()).toMatchObject({ error: { code: 'not-now' } });
    expect(t.pipelines()).toBe(0);
  });

  test('does not wait for a backend that does not answer where nothing was recorded', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    t.service.next(/GET/, silence);
    const closed = t.recorder.close();
    await closed;
    expect(t.state()).toBe('idle');
    await t.service.down();
  });
});
