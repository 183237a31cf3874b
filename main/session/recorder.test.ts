import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAuditLog } from '../audit/log.ts';
import { startTestService } from '../delivery/test-service.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { verifyRecording } from '../vault/verify.ts';
import { SECOND_SESSION, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';

describe('a recording', () => {
  test('[P05][P06] goes from consent over pause and resume to a verified end', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep', 'display:1': 'live' }));
    expect(t.state()).toBe('starting');
    expect(t.snapshot().lamp).toBe('off');
    t.second();
    expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording', activeMs: 1000 } });
    t.second();
    done(await t.recorder.pause('person'));
    expect(t.snapshot()).toMatchObject({ lamp: 'paused', session: { state: 'paused', activeMs: 2000 } });
    t.time.ms += 60_000;
    expect(t.snapshot().session).toMatchObject({ activeMs: 2000, pausedMs: 60_000 });
    done(await t.recorder.resume());
    expect(t.snapshot()).toMatchObject({ lamp: 'off', session: { state: 'recording' } });
    t.second();
    expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { activeMs: 3000, pausedMs: 60_000 } });
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot()).toMatchObject({
      lamp: 'off',
      trouble: null,
      delivery: { undeliveredSeconds: 0, pendingRecordings: 0 },
    });

    const recording = done(await vaultIn(t.dataDir, t.secrets).open(TEST_SESSION));
    expect(done(await verifyRecording(recording)).fragments).toBe(t.service.held(MIC).length);
    expect(recording.facts()).toMatchObject({ delivered: true, ended: { activeMs: 3010 } });
    const [told] = t.service.manifest()?.channels ?? [];
    expect(told).toEqual(recording.manifestOf(MIC));
    expect(t.service.settings.status).toBe('stopped');
    expect((await t.story()).map(({ type }) => type)).toEqual([
      'consent.given',
      'session.started',
      ...['take.started', 'take.started', 'take.ended', 'take.ended', 'session.paused', 'session.resumed'],
      ...['take.started', 'take.started', 'take.ended', 'take.ended', 'session.stopped'],
      ...['channel.forgotten', 'channel.delivered', 'session.complete'],
    ]);
  });

  test('[P05] has fragments whose places leave the pauses out', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    done(await t.recorder.pause('person'));
    t.time.ms += 30_000;
    done(await t.recorder.resume());
    t.second();
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    const recording = done(await vaultIn(t.dataDir, t.secrets).open(TEST_SESSION));
    const placed = recording.fragments(MIC).filter(({ header }) => header.sequence > 0);
    expect(placed.map(({ header }) => [header.take, header.startedAtMs - header.pausedBeforeMs])).toEqual([
      [1, 0],
      [2, 1000],
      [2, 2000],
    ]);
  });

  test('[P13][P14][P15] that is live only leaves no folder and no key; a mixed one keeps exactly what was to be kept', async () => {
    const live = await testRecorder();
    await live.when(({ terms }) => terms !== null);
    expect(live.snapshot().channels.map(({ mode }) => mode)).toEqual(['live', 'live', 'live']);
    done(await live.agree({ [MIC]: 'live', 'display:1': 'live' }));
    live.second();
    done(await live.recorder.stop('person'));
    await live.when(({ session }) => session.state === 'complete');
    expect((await readdir(live.dataDir)).sort()).toEqual([
      'audit-key.wrapped',
      'audit.head',
      'audit.jsonl',
      'device.key',
      'policies.json',
      'trust.json',
    ]);

    const mixed = await testRecorder();
    done(await mixed.agree({ [MIC]: 'keep', 'system_audio:default': 'live' }));
    mixed.second();
    done(await mixed.recorder.stop('person'));
    await mixed.when(({ session }) => session.state === 'complete');
    const files = await readdir(join(mixed.dataDir, 'vault', TEST_SESSION));
    expect(files.filter((name) => name.includes('take'))).toEqual(['mic@default.take-00001.sealed']);
    expect(mixed.service.held('system_audio:default')).toHaveLength(3);
  });

  test('[P55] is purged, key first, only after the service confirmed that it holds everything', async () => {
    const t = await testRecorder();
    t.service.settings.policy = { ...t.service.settings.policy, localCopy: 'purge-after-delivery' };
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    expect(await readdir(join(t.dataDir, 'vault'))).toEqual(['receipts']);
    const story = await t.story();
    const types = story.map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['channel.delivered', 'recording.purged', 'session.complete']);
    const receipt = t.service.delivery() ?? '';
    const kept = join(t.dataDir, 'vault', 'receipts', `${TEST_SESSION}.jws`);
    expect(await readFile(kept, 'utf8')).toBe(receipt);
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    const receiptSha256 = createHash('sha256').update(receipt).digest('hex');
    expect(story.at(-3)).toMatchObject({ type: 'channel.delivered', receiptSha256 });
  });

  test('can be stopped before anything arrived, and while it is paused', async () => {
    for (const pauses of [false, true]) {
      const t = await testRecorder();
      done(await t.agree({ [MIC]: 'keep' }));
      if (pauses) done(await t.recorder.pause('person'));
      t.time.ms += 5000;
      done(await t.recorder.stop('person'));
      await t.when(({ session }) => session.state === 'complete');
      expect(t.snapshot().session).toMatchObject({ activeMs: 0, pausedMs: pauses ? 5000 : 0 });
      expect(t.pipeline(MIC).state()).toBe('ended');
    }
  });

  test('[P06] stops once, however often and at whatever moment Stop is asked for', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    const asked = await Promise.all([
      t.recorder.stop('person'),
      t.recorder.stop('person'),
      t.recorder.pause('person'),
    ]);
    expect(asked.map((answer) => answer.ok)).toEqual([true, false, false]);
    await t.when(({ session }) => session.state === 'complete');
    expect((await t.story()).filter(({ type }) => type === 'session.stopped')).toHaveLength(1);
  });

  test('may be followed by the next one while it is still being delivered', async () => {
    const services = [await startTestService(TEST_SESSION), await startTestService(SECOND_SESSION)];
    const t = await testRecorder({ services });
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await t.service.down();
    done(await t.recorder.stop('person'));
    expect(t.state()).toBe('delivering');
    expect(t.snapshot().delivery.pendingRecordings).toBe(0);
    done(await t.recorder.renew());
    expect(t.snapshot()).toMatchObject({
      session: { id: SECOND_SESSION, state: 'idle' },
      delivery: { pendingRecordings: 1 },
    });
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await t.service.up();
    await t.when(({ delivery }) => delivery.pendingRecordings === 0);
    expect(t.state()).toBe('recording');
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    for (const service of services) expect(service.settings.status).toBe('stopped');
  });

  test('[P29] is told in the name of whoever did it', async () => {
    const t = await testRecorder();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    t.pipeline(MIC).lose();
    await t.when(({ session }) => session.state === 'complete');
    const entries = done(await readAuditLog(t.dataDir));
    const actorOf = (type: string) => entries.find(({ event }) => event.type === type)?.actor;
    expect(['consent.given', 'take.started', 'session.stopped'].map(actorOf)).toEqual([
      'ada',
      'tallylight',
      'tallylight',
    ]);
  });
});
