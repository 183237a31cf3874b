import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openAuditLog, readAuditLog } from '../audit/log.ts';
import { refusal, silence, startTestService } from '../delivery/test-service.ts';
import { keyFileSecrets } from '../vault/key-file.ts';
import { done, TEST_SESSION, testFolder } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { verifyRecording } from '../vault/verify.ts';
import { type Modes, SECOND_SESSION, settled, type TestRecorder, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';
const SOUND = 'system_audio:default';
const BOTH: Modes = { [MIC]: 'keep', [SCREEN]: 'keep' };

async function recording(modes: Modes = BOTH): Promise<TestRecorder> {
  const t = await testRecorder();
  done(await t.agree(modes));
  t.second();
  t.second();
  for (const id of Object.keys(modes)) await t.service.when(() => t.service.held(id).length === 3);
  return t;
}
const viewOf = (t: TestRecorder, id: string) => t.snapshot().channels.find((channel) => channel.id === id);
const isTold = ({ service }: Pick<TestRecorder, 'service'>) =>
  service.when(() => service.paths().some((path) => path.endsWith('/consent/revoke')));
const requests = (t: Pick<TestRecorder, 'service'>) =>
  t.service.asked
    .filter(({ path }) => path.endsWith('/consent/revoke'))
    .map(({ body }): unknown => JSON.parse(String(body)));
const vaultOf = (t: TestRecorder) => vaultIn(t.dataDir, t.secrets);
const namesOf = async (t: TestRecorder, id: string) =>
  (await readdir(join(t.dataDir, 'vault', TEST_SESSION))).filter((name) =>
    name.startsWith(id.replace(':', '@')),
  );
const isComplete = (t: TestRecorder) => t.when(({ session }) => session.state === 'complete');

describe('a consent that is taken back while it records', () => {
  test('[P01] stops the channel at once: the device is released, the light follows, the others go on', async () => {
    const t = await recording();
    t.time.ms = 2500;
    done(await t.recorder.revoke({ channelId: MIC, erase: false }));
    expect(t.pipeline(MIC).state()).toBe('ended');
    expect(viewOf(t, MIC)).toMatchObject({ state: 'lost', trouble: { code: 'consent-revoked' } });
    expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording' } });
    t.second();
    await t.service.when(() => t.service.held(SCREEN).length === 4);
    expect(t.service.held(MIC)).toHaveLength(3);
    await isTold(t);
    expect(requests(t)).toEqual([{ channel_id: MIC, erase: false, at_ms: 2500 }]);
    done(await t.recorder.stop('person'));
    await isComplete(t);
    const story = await t.story();
    expect(story).toContainEqual({
      type: 'consent.revoked',
      sessionId: TEST_SESSION,
      channelId: MIC,
      atMs: 2500,
      erase: false,
    });
    expect(story).toContainEqual(
      expect.objectContaining({ type: 'take.ended', channelId: MIC, reason: 'consent-revoked' }),
    );
    // The past stays, here and there.
    expect(done(await vaultOf(t).open(TEST_SESSION)).fragments(MIC)).toHaveLength(3);
    expect(t.service.manifest()?.channels).toMatchObject([{ channel_id: MIC, fragments: 3 }, {}]);
  });

  test('[P01] keeps and passes on nothing of what the device still says until it is released', async () => {
    const t = await recording({ [MIC]: 'keep', [SOUND]: 'live' });
    const released = Promise.withResolvers<void>();
    for (const id of [MIC, SOUND]) t.pipeline(id).releasing = () => released.promise;
    const revoked = [MIC, SOUND].map((channelId) => t.recorder.revoke({ channelId, erase: false }));
    t.pipeline(MIC).second();
    t.pipeline(SOUND).second();
    released.resolve();
    for (const each of revoked) done(await each);
    await isComplete(t);
    expect(done(await vaultOf(t).open(TEST_SESSION)).fragments(MIC)).toHaveLength(3);
    expect([t.service.held(MIC).length, t.service.held(SOUND).length]).toEqual([3, 3]);
  });

  test('[P01][P20][P41] erases what was stored of it here if asked, key first, and nothing of the others', async () => {
    const t = await recording();
    done(await t.recorder.revoke({ channelId: MIC, erase: true }));
    expect(await namesOf(t, MIC)).toEqual([]);
    expect(await namesOf(t, SCREEN)).toHaveLength(2);
    t.second();
    done(await t.recorder.stop('person'));
    await isComplete(t);
    expect(requests(t)).toMatchObject([{ channel_id: MIC, erase: true }]);
    expect(t.service.held(MIC)).toEqual([]);
    expect(t.service.manifest()?.channels).toMatchObject([
      { channel_id: MIC, takes: 0, fragments: 0, bytes: 0 },
      { channel_id: SCREEN, fragments: 5 },
    ]);
    expect(await t.story()).toContainEqual({
      type: 'recording.purged',
      sessionId: TEST_SESSION,
      channelId: MIC,
      reason: 'consent-revoked',
      files: 1,
    });
    const kept = done(await vaultOf(t).open(TEST_SESSION));
    expect(kept.facts()).toMatchObject({ delivered: true, erased: [MIC], revoked: [{ told: true }] });
    expect(done(await verifyRecording(kept)).fragments).toBe(5);
  });

  test('[P01] of the last channel ends the recording', async () => {
    const t = await recording({ [MIC]: 'live' });
    done(await t.recorder.revoke({ channelId: MIC, erase: true }));
    await isComplete(t);
    expect(t.snapshot()).toMatchObject({ lamp: 'off', trouble: { code: 'consent-revoked' } });
  });

  test('[P01] works while it is paused, and does not come back when it goes on', async () => {
    const t = await recording();
    done(await t.recorder.pause('person'));
    done(await t.recorder.revoke({ channelId: MIC, erase: false }));
    expect(viewOf(t, MIC)).toMatchObject({ state: 'lost', trouble: { code: 'consent-revoked' } });
    done(await t.recorder.resume());
    t.second();
    expect([t.pipeline(MIC).state(), t.pipeline(SCREEN).state()]).toEqual(['ended', 'live']);
  });

  test('[P01] of a channel that was lost before can be erased all the same', async () => {
    const t = await recording();
    t.pipeline(MIC).lose();
    done(await t.recorder.revoke({ channelId: MIC, erase: true }));
    expect(viewOf(t, MIC)?.trouble?.code).toBe('consent-revoked');
    expect(await namesOf(t, MIC)).toEqual([]);
  });

  test('can be taken back once more to have it erased too; and is one act otherwise', async () => {
    const t = await recording();
    for (const erase of [false, false, true, false]) done(await t.recorder.revoke({ channelId: MIC, erase }));
    expect(await namesOf(t, MIC)).toEqual([]);
    await t.service.when(() => requests(t).length === 2);
    const revoked = (await t.story()).filter(({ type }) => type === 'consent.revoked');
    expect(revoked).toMatchObject([{ erase: false }, { erase: true }]);
  });

  test('[P01] is durable before anybody says so', async () => {
    const durable: unknown[] = [];
    const dataDir = await testFolder();
    const secrets = done(await keyFileSecrets(dataDir));
    const log = done(await openAuditLog(dataDir, () => new Date(0), secrets));
    const t = await testRecorder({
      dataDir,
      parts: {
        audit: {
          write: async (actor, event) => {
            if (event.type === 'consent.revoked')
              durable.push(done(await vaultIn(dataDir, secrets).facts(TEST_SESSION)).revoked);
            return log.write(actor, event);
          },
        },
      },
    });
    done(await t.agree(BOTH));
    done(await t.recorder.revoke({ channelId: MIC, erase: true }));
    expect(durable).toMatchObject([[{ channelId: MIC, erase: true, told: false }]]);
  });

  test('[P01] once more is answered when it is done, not before', async () => {
    const t = await recording();
    const released = Promise.withResolvers<void>();
    t.pipeline(MIC).releasing = () => released.promise;
    const order: string[] = [];
    const asked = ['first', 'second'].map(async (which) => {
      done(await t.recorder.revoke({ channelId: MIC, erase: true }));
      order.push(`${which} answered`);
    });
    await isTold(t);
    order.push('released');
    released.resolve();
    await Promise.all(asked);
    expect(order).toEqual(['released', 'first answered', 'second answered']);
  });

  test.each([true, false])(
    '[P01] that the service refuses is told to the person (erase %s)',
    async (erase) => {
      const t = await recording();
      t.service.next(/consent\/revoke$/, refusal('not-now'));
      done(await t.recorder.revoke({ channelId: MIC, erase }));
      await t.when(({ trouble }) => trouble !== null);
      expect(t.snapshot().trouble).toMatchObject({
        code: 'revocation-refused',
        detail: `${MIC}: not-now`,
        message: expect.stringContaining(erase ? 'It is erased here' : 'taken back here'),
      });
      expect(t.snapshot().session.state).toBe('recording');
    },
  );

  test('there is none before anything was agreed to, and none of what was not', async () => {
    const t = await testRecorder();
    expect(await t.recorder.revoke({ channelId: MIC, erase: true })).toMatchObject({
      error: { code: 'not-now' },
    });
    done(await t.agree({ [MIC]: 'live' }));
    expect(await t.recorder.revoke({ channelId: SCREEN, erase: true })).toMatchObject({
      error: { code: 'channel-unknown' },
    });
  });

  test('[P29] is the act of the person, by name', async () => {
    const t = await recording();
    done(await t.recorder.revoke({ channelId: MIC, erase: true }));
    const entries = done(await readAuditLog(t.dataDir));
    const actors = entries.flatMap(({ actor, event }) =>
      event.type === 'consent.revoked' || event.type === 'recording.purged' ? [[event.type, actor]] : [],
    );
    expect(actors).toEqual([
      ['consent.revoked', 'ada'],
      ['recording.purged', 'tallylight'],
    ]);
  });
});

describe('a service that is told later', () => {
  test('[P01] of a consent that was taken back while it could not be reached', async () => {
    const t = await recording();
    await t.service.down();
    done(await t.recorder.revoke({ channelId: MIC, erase: true }));
    t.second();
    done(await t.recorder.stop('person'));
    expect(t.state()).toBe('delivering');
    await t.service.up();
    await isComplete(t);
    expect(t.service.held(MIC)).toEqual([]);
    expect(t.service.held(SCREEN)).toHaveLength(5);
  });

  test('[P01][P13] gets nothing more of it, also of what waited to be sent or was being sent', async () => {
    const t = await recording({ [MIC]: 'keep', [SOUND]: 'live', [SCREEN]: 'keep' });
    for (const channel of [/^PUT .*mic/, /^PUT .*system_audio/]) t.service.next(channel, silence);
    t.second();
    t.second();
    // On a slow machine one of them may be asked again by now.
    const isAsked = (channel: RegExp) => t.service.paths().filter((path) => channel.test(path)).length >= 4;
    await t.service.when(() => isAsked(/^PUT .*mic/) && isAsked(/^PUT .*system_audio/));
    await t.service.down();
    await t.when(({ delivery }) => delivery.connected === false);
    done(await t.recorder.revoke({ channelId: MIC, erase: true }));
    done(await t.recorder.revoke({ channelId: SOUND, erase: false }));
    const before = t.service.paths().length;
    await t.service.up();
    await t.service.when(() => t.service.held(SCREEN).length === 5);
    await t.service.when(() => requests(t).length === 2);
    done(await t.recorder.stop('person'));
    await isComplete(t);
    const puts = t.service.paths().slice(before);
    expect(puts.filter((path) => /^PUT .*(mic|system_audio)/.test(path))).toEqual([]);
  });

  test('[P01] after the stop, while it is being delivered', async () => {
    const t = await recording();
    await t.service.down();
    done(await t.recorder.stop('person'));
    done(await t.recorder.revoke({ channelId: MIC, erase: true }));
    expect(await namesOf(t, MIC)).toEqual([]);
    expect(viewOf(t, MIC)).toMatchObject({ state: 'lost', trouble: { code: 'consent-revoked' } });
    await t.service.up();
    await isComplete(t);
    expect(t.service.held(MIC)).toEqual([]);
    expect(t.service.manifest()?.channels).toMatchObject([{ channel_id: MIC, fragments: 0 }, {}]);
  });

  test('[P01] takes nothing more of what waits: the recording is complete without it', async () => {
    const t = await testRecorder();
    done(await t.agree(BOTH));
    t.service.next(/PUT .*mic/, refusal('service-failed'));
    t.service.next(/PUT .*mic/, refusal('consent-revoked'));
    t.second();
    done(await t.recorder.stop('person'));
    await isComplete(t);
    expect(t.service.held(MIC)).toEqual([]);
    expect(t.service.manifest()?.channels).toMatchObject([{ channel_id: MIC, fragments: 0 }, {}]);
    expect(viewOf(t, MIC)?.undeliveredSeconds).toBe(0);
  });

  test.each([true, false])('[P01] after a restart, with erase %s', async (erase) => {
    const t = await recording();
    await t.service.down();
    done(await t.recorder.revoke({ channelId: MIC, erase }));
    await t.recorder.close();
    expect(done(await vaultOf(t).facts(TEST_SESSION)).revoked).toMatchObject([{ told: false, erase }]);
    await t.service.up();
    const later = await testRecorder({
      dataDir: t.dataDir,
      services: [await startTestService(SECOND_SESSION)],
      sessionIds: [SECOND_SESSION],
      reopen: async () => ({
        ok: true,
        value: {
          server: t.service.url,
          sessionId: TEST_SESSION,
          title: null,
          token: t.service.grant().token,
          expiresAtMs: null,
        },
      }),
    });
    await isTold(t);
    await settled(later);
    expect(t.service.settings.status).toBe('stopped');
    expect(t.service.held(MIC)).toHaveLength(erase ? 0 : 3);
    const facts = done(await vaultOf(t).facts(TEST_SESSION));
    expect(facts).toMatchObject({ delivered: true, revoked: [{ told: true }] });
  });

  test('[P01] where a crash came between the word and the erasing, it is erased at the next start', async () => {
    const t = await recording();
    done(await t.recorder.stop('person'));
    await isComplete(t);
    await t.recorder.close();
    const left = done(await vaultOf(t).open(TEST_SESSION));
    done(await left.change({ revoked: [{ channelId: MIC, erase: true, atMs: 1, told: true }] }));
    const later = await testRecorder({
      dataDir: t.dataDir,
      services: [await startTestService(SECOND_SESSION)],
      sessionIds: [SECOND_SESSION],
    });
    await settled(later);
    expect(await namesOf(t, MIC)).toEqual([]);
    expect((await later.story()).at(-1)).toMatchObject({ type: 'recording.purged', channelId: MIC });
  });
});
