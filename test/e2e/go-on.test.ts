import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedOn, wholeSession } from '../../app/launch/service-side.ts';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import { vaultIn } from '../../main/vault/vault.ts';
import { cutOffRecording, resumed, storyOf } from './cut-off.ts';
import {
  downloads,
  type House,
  newSession,
  openFace,
  openHouse,
  tallylight,
  tokenFor,
  until,
} from './house.ts';
import { recordersOf } from './recorders.ts';

/** The recorder is killed in the middle, and started again within minutes. */
describe('a recording that a crash cut off', { timeout: 120_000 }, () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ picture: 'clock-barcode', microphone: 'speech', speakers: 'music' });
  });
  afterAll(() => house?.close());

  async function manifests(sessionId: string, dataDir: string) {
    const secrets = await keyFileSecrets(dataDir);
    const recording = secrets.ok ? await vaultIn(dataDir, secrets.value).open(sessionId) : secrets;
    if (!recording.ok) throw new Error(recording.error.code);
    return recording.value;
  }

  function admin(method: string, path: string, body?: object): Promise<Response> {
    const { server, apiKey } = house.embedded;
    return fetch(server + path, {
      method,
      headers: { 'x-access-token': apiKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function setPolicy(change: Partial<Policy>): Promise<void> {
    const { version: _, ...policy } = { ...DEFAULT_POLICY, ...change };
    expect((await admin('PUT', '/policy', policy)).status).toBe(200);
  }

  test('goes on in the same session, the gap marked: one video a channel, whole on both sides', async () => {
    const sessionId = await cutOffRecording(house, {
      'mic:default': 'store',
      'display:1': 'store',
      'system_audio:default': 'ephemeral',
    });
    const { code, stderr } = await resumed(house, sessionId);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('you go on with') });

    const session = await wholeSession(house.embedded, sessionId);
    expect(session.status).toBe('stopped');
    expect(session.videos.map(({ name, takes }) => [name, takes]).sort()).toEqual([
      ['display:1', 2],
      ['mic:default', 2],
    ]);
    const recording = await manifests(sessionId, house.clientDir);
    for (const { name } of session.videos)
      expect(await storedOn(house.embedded, session, name)).toMatchObject({
        sidecarFits: true,
        digest: recording.manifestOf(name).digest,
      });
    const files = await downloads(house, sessionId);
    for (const file of files.values()) {
      const said = execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-c', 'copy', '-f', 'null', '-'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      expect(said).toBe('');
    }

    const story = (await storyOf(house.clientDir)).filter(
      (event) => 'sessionId' in event && event.sessionId === sessionId,
    );
    const goesOn = story.find((event) => event.type === 'session.resumed');
    const gapMs = goesOn?.type === 'session.resumed' ? (goesOn.gapMs ?? 0) : 0;
    expect(gapMs).toBeGreaterThan(0);
    const gaps = story.flatMap((event) => (event.type === 'channel.gap' ? [event] : []));
    expect(gaps.map(({ channelId, reason }) => [channelId, reason]).sort()).toEqual([
      ['display:1', 'cut-off'],
      ['mic:default', 'cut-off'],
      ['system_audio:default', 'cut-off'],
    ]);
    for (const { fromMs, toMs } of gaps) expect(toMs - fromMs).toBeGreaterThan(gapMs - 1000);
    expect(story.filter(({ type }) => type === 'session.recovered')).toEqual([]);
    expect(story.filter(({ type }) => type === 'consent.given').length).toBeLessThan(2);

    // The time in between is no recorded time: each file is about as long as what was recorded.
    const { ended } = recording.facts();
    for (const { length } of session.videos)
      expect(length * 1000).toBeLessThan((ended?.activeMs ?? 0) + 1000);
    expect((ended?.durationMs ?? 0) - (ended?.activeMs ?? 0)).toBeGreaterThan(gapMs - 1000);
    for (const command of [
      ['verify', sessionId, '--data', house.clientDir],
      ['audit', 'verify', '--data', house.clientDir],
      ['backend', 'audit', 'verify', '--data', house.serviceDir],
    ])
      expect(await tallylight(house, command)).toMatchObject({ code: 0 });
  });

  test('stays without a channel that the policy has come to forbid, and is not gone on with where nothing is left', async () => {
    const dataDir = join(house.folder, 'forbidden');
    const both = await cutOffRecording(house, { 'mic:default': 'store', 'display:1': 'store' }, dataDir);
    const other = join(house.folder, 'forbidden-too');
    const onlyMic = await cutOffRecording(house, { 'mic:default': 'store' }, other);
    await setPolicy({ channels: { ...DEFAULT_POLICY.channels, mic: 'forbidden' } });
    try {
      await resumed(house, both, 2, dataDir);
      const opened = (await storyOf(dataDir)).flatMap((event) =>
        event.type === 'take.started' ? [`${event.channelId} ${event.take}`] : [],
      );
      expect(opened.sort()).toEqual(['display:1 1', 'display:1 2', 'mic:default 1']);
      const refused = await resumed(house, onlyMic, 2, other);
      expect(refused).toMatchObject({ code: 3, stdout: expect.stringContaining('"code":"policy-forbids"') });
      expect((await storyOf(other)).filter(({ type }) => type === 'take.started')).toHaveLength(1);
    } finally {
      await setPolicy({});
    }
  });

  test('stays as it is where it is refused, and goes on with a fresh token after all', async () => {
    const dataDir = join(house.folder, 'again');
    const sessionId = await cutOffRecording(house, { 'mic:default': 'store' }, dataDir);
    const refused = (session: string, token: string, server = house.embedded.server) => {
      const args = ['--server', server, '--session', session, '--data', dataDir, '--json'];
      return tallylight(house, ['record', '--resume', ...args], { TALLYLIGHT_TOKEN: token });
    };
    const { token } = await tokenFor(house, sessionId);
    const other = await newSession(house);
    const nobody = 'http://127.0.0.1:9';
    const said = (code: string) => ({ stdout: expect.stringContaining(`"code":"${code}"`) });
    expect(await refused(sessionId, 'st-of-nobody')).toMatchObject(said('not-authorised'));
    expect(await refused(other.sessionId, other.token)).toMatchObject(said('token-foreign'));
    expect(await refused(sessionId, token, nobody)).toMatchObject(said('service-unreachable'));
    const recording = await manifests(sessionId, dataDir);
    expect(recording.facts().ended).toBeNull();
    expect((await storyOf(dataDir)).map(({ type }) => type)).not.toContain('session.recovered');
    expect((await resumed(house, sessionId, 2, dataDir)).code).toBe(0);
    expect((await wholeSession(house.embedded, sessionId)).videos).toMatchObject([{ takes: 2 }]);
  });

  test('is not gone on with once its session ended at the service, and nothing more is captured', async () => {
    const dataDir = join(house.folder, 'ended');
    const sessionId = await cutOffRecording(house, { 'mic:default': 'store' }, dataDir);
    expect((await admin('DELETE', `/collection/default/capture/session/${sessionId}`)).status).toBe(200);
    const { sessionId: _, ...again } = { sessionId, ...(await resumedWithAny(sessionId, dataDir)) };
    expect(again.code).not.toBe(0);
    expect((await storyOf(dataDir)).filter(({ type }) => type === 'take.started')).toHaveLength(1);
  });

  /** Of a session that is gone your backend gives no token any more. */
  async function resumedWithAny(sessionId: string, dataDir: string) {
    const args = ['--server', house.embedded.server, '--session', sessionId, '--data', dataDir];
    return tallylight(house, ['record', '--resume', ...args, '--json'], { TALLYLIGHT_TOKEN: 'st-of-before' });
  }

  test('is offered in the window: declined it is finished, delivered and told of, and nothing records by itself', async () => {
    const sessionId = await cutOffRecording(house, { 'mic:default': 'store' });
    const face = await openFace(house);
    try {
      await face.page.getByText('Go on recording?').waitFor();
      expect(await recordersOf(house)).toEqual([]);
      expect((await wholeSession(house.embedded, sessionId)).status).toBe('active');
      await face.page.getByRole('button', { name: 'Finish and deliver it' }).click();
      await face.page
        .getByText(/^Recovered \d+:\d\d of the recording of/)
        .first()
        .waitFor();
      await until(async () => (await wholeSession(house.embedded, sessionId)).status === 'stopped');
      expect(await face.page.getByText('Go on recording?').count()).toBe(0);
    } finally {
      await face.close();
    }
  });

  test('goes on from the window with one press, and ends like any other', async () => {
    const sessionId = await cutOffRecording(house, { 'mic:default': 'store', 'display:1': 'ephemeral' });
    const face = await openFace(house);
    try {
      await face.page.getByRole('button', { name: 'Go on', exact: true }).click();
      await until(async () => (await recordersOf(house)).length === 2);
      await face.page.getByRole('button', { name: /^stop/i }).click();
      await face.page.getByText('Complete').first().waitFor();
      const session = await wholeSession(house.embedded, sessionId);
      expect(session).toMatchObject({ status: 'stopped', videos: [{ name: 'mic:default' }] });
    } finally {
      await face.close();
    }
  });
});
