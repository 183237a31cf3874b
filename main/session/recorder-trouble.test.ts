import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silence } from '../delivery/test-service.ts';
import { done, IS_ROOT, mounted, TEST_SESSION, testFolder } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { verifyRecording } from '../vault/verify.ts';
import { testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const BOTH = { [MIC]: 'keep', 'display:1': 'keep' } as const;

describe('where a device fails', () => {
  test('[P04] the lamp says trouble while nothing arrives, and live while anything does', async () => {
    const t = await testRecorder();
    done(await t.agree(BOTH));
    t.second();
    t.pipeline(MIC).interrupt('device-gone');
    expect(t.snapshot().lamp).toBe('live');
    t.pipeline('display:1').interrupt('device-failed');
    expect(t.snapshot()).toMatchObject({ lamp: 'trouble', session: { state: 'recording' } });
    expect(t.snapshot().channels.find(({ id }) => id === MIC)).toMatchObject({
      state: 'reconnecting',
      levelDb: null,
      trouble: { code: 'device-gone' },
    });
    t.time.ms += 1000;
    t.pipeline(MIC).second();
    expect(t.snapshot().lamp).toBe('live');
    expect(t.snapshot().channels.find(({ id }) => id === MIC)?.trouble).toBeNull();
  });

  test('[P52] the other channels go on, and when all are lost it stops by itself with what it has', async () => {
    const t = await testRecorder();
    done(await t.agree(BOTH));
    t.second();
    t.pipeline(MIC).lose();
    t.second();
    expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording' } });
    t.pipeline('display:1').lose();
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot().trouble).toMatchObject({ code: 'channel-lost' });
    expect(t.service.held('display:1')).toHaveLength(3);
    expect(t.service.held(MIC)).toHaveLength(2);
    const story = await t.story();
    expect(story.filter(({ type }) => type === 'channel.lost')).toHaveLength(2);
    expect(story.find(({ type }) => type === 'session.stopped')).toMatchObject({ by: 'all-channels-lost' });
  });

  test('it can be paused and resumed while it is looked for', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    t.pipeline(MIC).interrupt('device-gone');
    done(await t.recorder.pause('person'));
    expect(t.snapshot()).toMatchObject({ lamp: 'paused', session: { state: 'paused' } });
    done(await t.recorder.resume());
    t.second();
    expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording', activeMs: 2000 } });
  });

  test('a take that never became live is told all the same, so that every opening has its release', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    for (let again = 0; again < 2; again++) {
      t.pipeline(MIC).interrupt('device-failed');
      t.time.ms += 1000;
      t.pipeline(MIC).second();
    }
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    const story = await t.story();
    const takes = (type: string) =>
      story.flatMap((event) => (event.type === type && 'take' in event ? [event.take] : []));
    expect(takes('take.ended')).toEqual(takes('take.started'));
  });
});

describe('where the disk fails', () => {
  test('it stops by itself, keeps what it has and delivers it', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await t.service.when(() => t.service.held(MIC).length === 2);
    // The next take cannot be made: its name is taken.
    await writeFile(join(t.dataDir, 'vault', TEST_SESSION, 'mic@default.take-00002.sealed'), '');
    done(await t.recorder.pause('person'));
    done(await t.recorder.resume());
    t.second();
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot().trouble).toMatchObject({ code: 'vault-unwritable' });
    expect((await t.story()).find(({ type }) => type === 'session.stopped')).toMatchObject({ by: 'storage' });
    expect(t.service.held(MIC)).toHaveLength(2);
  });

  test.skipIf(!IS_ROOT)(
    `a full one stops it, everything before is kept and verified${IS_ROOT ? '' : ' (skipped: needs root to mount a small disk)'}`,
    async () => {
      const dataDir = await testFolder();
      mounted(dataDir, 'size=256k');
      const t = await testRecorder({ dataDir });
      done(await t.agree({ [MIC]: 'keep' }));
      t.second();
      await t.service.when(() => t.service.held(MIC).length === 2);
      const filling = join(dataDir, 'filling');
      await writeFile(filling, Buffer.alloc(300_000)).catch(() => undefined);
      // Fragments of a few hundred bytes fit into what the take's last page still has; then it is over.
      for (let seconds = 0; seconds < 40; seconds++) {
        t.second();
        if (t.state() !== 'recording') break;
        await t.recorder.refresh();
      }
      await t.when(({ session }) => session.state === 'complete');
      expect(t.snapshot().trouble).toMatchObject({ code: 'delivery-unnoted' });
      await rm(filling);
      const recording = done(await vaultIn(dataDir, t.secrets).open(TEST_SESSION));
      expect(done(await verifyRecording(recording)).fragments).toBe(t.service.held(MIC).length);
    },
  );
});

describe('where the service fails', () => {
  test('nothing starts: no device opens, and it can be tried again', async () => {
    const t = await testRecorder();
    await t.when(({ terms }) => terms !== null);
    await t.service.down();
    expect(await t.agree({ [MIC]: 'keep' })).toMatchObject({ error: { code: 'service-unreachable' } });
    expect(t.snapshot()).toMatchObject({
      session: { state: 'idle' },
      trouble: { code: 'service-unreachable' },
    });
    expect(t.pipelines()).toBe(0);
    await t.service.up();
    done(await t.agree({ [MIC]: 'keep' }));
    expect(t.snapshot()).toMatchObject({ session: { state: 'starting' }, trouble: null });
  });

  test('[P57] a stop is done at once, and what is kept is delivered when it is back', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await t.service.when(() => t.service.held(MIC).length === 2);
    await t.service.down();
    t.second();
    done(await t.recorder.stop('person'));
    expect(t.snapshot()).toMatchObject({ lamp: 'off', session: { state: 'delivering', activeMs: 2010 } });
    expect(t.pipeline(MIC).state()).toBe('ended');
    await t.when(({ delivery }) => delivery.connected === false);
    expect(t.snapshot().delivery.undeliveredSeconds).toBeCloseTo(1.01);
    await t.service.up();
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot().delivery).toMatchObject({
      connected: true,
      disconnectedSince: null,
      undeliveredSeconds: 0,
    });
  });

  test('a service that hangs holds up neither pause, resume nor stop', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.service.next(/PUT/, silence);
    t.service.next(/pause/, silence);
    t.second();
    done(await t.recorder.pause('person'));
    done(await t.recorder.resume());
    t.second();
    done(await t.recorder.stop('person'));
    expect(t.state()).toBe('delivering');
    await t.service.down();
    await t.service.up();
    await t.when(({ session }) => session.state === 'complete');
  });

  test('it is told of pause and resume in their order, whatever gets lost on the way', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await t.service.when(() => t.service.held(MIC).length === 2);
    t.service.next(/pause$/, (response) => response.destroy());
    done(await t.recorder.pause('person'));
    done(await t.recorder.resume());
    await t.service.when(() => t.service.paths().some((path) => path.endsWith('/resume')));
    const told = t.service
      .paths()
      .filter((path) => /pause|resume/.test(path))
      .map((path) => path.split('/').at(-1));
    expect(told).toEqual(['pause', 'pause', 'resume']);
    expect(t.service.settings.status).toBe('active');
  });

  test('[P08] a token that ran out is replaced without anybody noticing', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await t.service.when(() => t.service.held(MIC).length === 2);
    t.service.tokens.clear();
    t.service.settings.mayRenew = false;
    t.second();
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot().trouble).toBeNull();
  });

  test('a conflict is said while it records, and recording goes on', async () => {
    const t = await testRecorder();
    done(await t.agree(BOTH));
    t.service.next(/PUT .*mic-default/, (response) =>
      response
        .writeHead(409)
        .end('{"success":false,"message":"m","error_code":"fragment-conflict","action":"a"}'),
    );
    t.second();
    await t.when(({ trouble }) => trouble?.code === 'fragment-conflict');
    expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording' } });
    done(await t.recorder.stop('person'));
    await t.service.when(() => t.service.held('display:1').length === 3);
    expect(t.state()).toBe('delivering');
    const recording = done(await vaultIn(t.dataDir, t.secrets).open(TEST_SESSION));
    expect(recording.fragments(MIC)).toHaveLength(3);
  });
});

describe('where something inside is broken', () => {
  test('every device is released, what is stored is kept, and the log says so', async () => {
    const t = await testRecorder({ expectsBug: true });
    done(await t.agree(BOTH));
    t.second();
    t.pipeline(MIC).releasing = async () => {
      t.pipeline(MIC).releasing = async () => undefined;
      throw new Error('a bug');
    };
    await t.recorder.pause('person');
    await t.when(({ session }) => session.state === 'failed');
    await t.recorder.renew();
    expect([MIC, 'display:1'].map((id) => t.pipeline(id).state())).toEqual(['ended', 'ended']);
    expect((await t.story()).at(-1)).toMatchObject({ type: 'session.failed', code: 'internal' });
    const recording = done(await vaultIn(t.dataDir, t.secrets).open(TEST_SESSION));
    expect(done(await verifyRecording(recording)).fragments).toBeGreaterThanOrEqual(4);
  });
});
