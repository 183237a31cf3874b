import { describe, expect, test } from 'vitest';
import type { ChannelKind } from '../../contract/channel.ts';
import { fail, ok } from '../../contract/result.ts';
import { inEnglish, said } from '../../contract/spoken/spoken.ts';
import type { ScreenAccess } from '../../native-permissions/core-graphics.ts';
import { macosPermissions } from '../../native-permissions/macos.ts';
import type {
  Evidence,
  NextStep,
  Permission,
  PermissionKind,
  Permissions,
  SystemSettings,
} from '../../native-permissions/permission.ts';
import type { FfmpegSearch } from '../pipeline/ffmpeg-finder.ts';
import { done } from '../vault/test-vault.ts';
import { permitted, shown } from './permitted.ts';
import type { AgreedChannel } from './run.ts';
import { type Look, probeScreens, type ScreenProbe } from './screen-probe.ts';
import { CHANNELS, SAID, testRecorder } from './test-recorder.ts';

const chosen = (...kinds: ChannelKind[]): AgreedChannel[] =>
  CHANNELS.filter(({ kind }) => kinds.includes(kind)).map((channel) => ({
    channel,
    mode: 'live',
    follow: false,
  }));
const ASK: NextStep = { kind: 'ask', said: said('mac-mic-let-ask') };
const permission = (kind: PermissionKind, known: Partial<Permission> = {}): Permission => ({
  kind,
  state: 'granted',
  source: 'the test',
  said: said('unknown-system'),
  nextStep: null,
  ...known,
});

/** Permissions that say one thing until they were asked for, and then another. */
function saying(before: Partial<Permission>, after: Partial<Permission> = before) {
  const asked: PermissionKind[] = [];
  const permissions: Permissions = {
    status: async (kind) => permission(kind, asked.includes(kind) ? after : before),
    request: async (kind) => {
      asked.push(kind);
      return permission(kind, after);
    },
    openSettings: async () => fail('not-now'),
    watch: () => () => undefined,
    witness: () => undefined,
  };
  return { permissions, asked };
}

function parts(permissions: Permissions, platform: NodeJS.Platform = 'darwin') {
  const searched: FfmpegSearch[] = [];
  return {
    searched,
    host: { env: {} },
    permissions,
    platform,
    signal: new AbortController().signal,
    find: async (search: FfmpegSearch) => {
      searched.push(search);
      return fail('ffmpeg-missing', 'found by nobody');
    },
  };
}

describe('before a recording starts', () => {
  test('[P02] the system is asked wherever it can be, whatever it says until then', async () => {
    for (const state of ['not-determined', 'unknown'] as const) {
      const { permissions, asked } = saying({ state, nextStep: ASK }, { state: 'granted', nextStep: null });
      const on = parts(permissions);
      await permitted(chosen('mic', 'system_audio', 'display'), on);
      expect(asked).toEqual(['microphone', 'system-audio', 'screen-capture']);
      expect(on.searched).toHaveLength(1);
    }
  });

  test('nobody is asked for what is granted, nor where only the person can do something', async () => {
    for (const known of [
      { state: 'granted' },
      { state: 'unknown', nextStep: { kind: 'open-settings', said: said('win-mic-look') } },
    ] as const) {
      const { permissions, asked } = saying(known);
      await permitted(chosen('mic'), parts(permissions));
      expect(asked).toEqual([]);
    }
  });

  test('what an earlier capture showed is tried again, not believed for ever', async () => {
    const { permissions, asked } = saying(
      { state: 'denied', byCapture: true, nextStep: { kind: 'reset', said: said('mac-screen-reopen') } },
      { state: 'granted', nextStep: null },
    );
    const on = parts(permissions);
    await permitted(chosen('display'), on);
    expect(asked).toEqual(['screen-capture']);
    expect(on.searched).toHaveLength(1);
  });

  test('[P02] the system audio of macOS is asked for through Electron', async () => {
    const asked: string[] = [];
    const screen: ScreenAccess = { kind: 'missing', why: 'a test' };
    const settings: SystemSettings = {
      mediaAccess: () => 'granted',
      askForMedia: async (kind) => {
        asked.push(kind);
        return false;
      },
      touchScreen: async () => undefined,
      openUrl: async () => undefined,
    };
    const on = parts(macosPermissions({ env: {}, screen, settings, release: '25.0.0' }));
    expect(await permitted(chosen('system_audio'), on)).toMatchObject({
      error: { code: 'permission-denied' },
    });
    expect(asked).toEqual(['system-audio']);
  });

  test.each(['denied', 'restricted'] as const)(
    '[P01] what is %s is refused, with what to do about it, and no ffmpeg is looked for',
    async (state) => {
      const command = 'tccutil reset ScreenCapture app.tallylight.desktop';
      const { permissions } = saying({
        state,
        said: said('mac-screen-denied', { subject: 'app' }),
        nextStep: { kind: 'reset', said: said('mac-screen-reopen'), command },
      });
      const on = parts(permissions);
      expect(await permitted(chosen('display'), on)).toMatchObject({
        error: {
          code: 'permission-denied',
          action: `${inEnglish(said('mac-screen-reopen'))} ${command}`,
          detail: expect.stringContaining('screen-capture: macOS does not let Tallylight record'),
        },
      });
      expect(on.searched).toEqual([]);
    },
  );

  test('[P01] nobody is asked any more, and no ffmpeg looked for, once the consent was taken back', async () => {
    const taken = new AbortController();
    const { permissions, asked } = saying({ state: 'not-determined', nextStep: ASK }, { nextStep: null });
    const on = parts({
      ...permissions,
      request: (kind) => {
        taken.abort();
        return permissions.request(kind);
      },
    });
    const agreed = chosen('mic', 'system_audio', 'display');
    expect(await permitted(agreed, { ...on, signal: taken.signal })).toMatchObject({
      error: { code: 'consent-missing' },
    });
    expect(asked).toEqual(['microphone']);
    expect(on.searched).toEqual([]);
  });

  test('ffmpeg is looked for on the platform that was asked about', async () => {
    const { permissions } = saying({});
    const [linux, mac] = [parts(permissions, 'linux'), parts(permissions, 'darwin')];
    await permitted(chosen('mic', 'system_audio'), linux);
    await permitted(chosen('mic'), mac);
    expect(linux.searched).toMatchObject([{ platform: 'linux', demuxers: ['pulse'] }]);
    expect(mac.searched).toMatchObject([{ platform: 'darwin' }]);
    expect(mac.searched[0]).not.toHaveProperty('demuxers');
  });
});

test('[P01][P02] the system is asked after the person agreed, and before receipt and device', async () => {
  const { permissions } = saying({ state: 'not-determined', nextStep: ASK }, { nextStep: null });
  const t = await testRecorder({
    parts: {
      permitted: async (agreed) => {
        const on = parts({
          ...permissions,
          request: async (kind) => {
            t.happened.push(`macOS is asked for the ${kind}`);
            return permissions.request(kind);
          },
        });
        await permitted(agreed, on);
        return ok(undefined);
      },
    },
  });
  await t.when(({ terms }) => terms !== null);
  expect(t.happened).toEqual([]);
  done(await t.agree({ 'mic:default': 'live' }));
  expect(t.happened.slice(0, 4)).toEqual([
    'macOS is asked for the microphone',
    'audit consent.given',
    'audit session.started',
    'open mic:default',
  ]);
});

describe('a grant of macOS that shows nothing', () => {
  const SCREEN: ScreenAccess = { kind: 'there', preflight: () => true, request: async () => true };

  function mac(evidence: Evidence | undefined, stale = false) {
    const looked: string[][] = [];
    const permissions = macosPermissions({
      env: {},
      screen: SCREEN,
      release: '25.0.0',
      bundleId: 'app.tallylight.desktop',
      memory: {
        wasAsked: async () => true,
        noteAsked: async () => undefined,
        wasStale: async () => stale,
        noteStale: async () => undefined,
        forget: async () => undefined,
      },
    });
    const probe: ScreenProbe = async (displays) => {
      looked.push(displays.map(({ id }) => id));
      return evidence;
    };
    const look: Look = { signal: new AbortController().signal, opened: () => undefined };
    return { looked, on: { permissions, platform: 'darwin' as const, probe, look } };
  }

  test.each([
    ['empty', false, 'every picture was black'],
    ['nothing', false, 'no picture came'],
    ['empty', true, 'tccutil reset ScreenCapture app.tallylight.desktop'],
  ] as const)('[P02] is refused where a look brings %s, stale before: %s', async (seen, stale, said) => {
    const { on } = mac(seen, stale);
    expect(await shown(chosen('display', 'mic'), on)).toMatchObject({
      error: { code: 'permission-denied', detail: expect.stringContaining(said) },
    });
    expect((await on.permissions.status('screen-capture')).nextStep?.kind).toBe(
      stale ? 'reset' : 'quit-and-reopen',
    );
  });

  test('is none where a look shows something, or nobody can look', async () => {
    for (const seen of ['content', undefined] as const) {
      const { on, looked } = mac(seen);
      expect(await shown(chosen('display', 'mic'), on)).toEqual(ok(undefined));
      expect(looked).toEqual([['display:1']]);
    }
  });

  test('[P01] is not told by a look that was broken off', async () => {
    const { on } = mac('nothing');
    const taken = new AbortController();
    const script = (): Promise<Evidence | undefined> =>
      probeScreens(
        CHANNELS.filter(({ kind }) => kind === 'display'),
        { ...on.look, signal: taken.signal },
        { open: () => ({ stop: async () => undefined }), patienceMs: 60_000 },
      );
    const looked = shown(chosen('display'), { ...on, probe: script });
    setImmediate(() => taken.abort());
    expect(await looked).toEqual(ok(undefined));
    expect((await on.permissions.status('screen-capture')).state).toBe('granted');
  });

  test('is not looked for without a display, elsewhere than on macOS, or where macOS does not grant it', async () => {
    const { on, looked } = mac('empty');
    await shown(chosen('mic'), on);
    await shown(chosen('display'), { ...on, platform: 'linux' });
    await shown(chosen('display'), { ...on, permissions: saying({ state: 'unknown' }).permissions });
    expect(looked).toEqual([]);
  });

  test('[P01] is looked for after the receipt, and a refusal leaves nothing started', async () => {
    const { on } = mac('empty');
    const t = await testRecorder({
      parts: {
        shown: async (agreed) => {
          t.happened.push('a look');
          return shown(agreed, on);
        },
      },
    });
    expect(await t.agree({ 'display:1': 'keep' })).toMatchObject({ error: { code: 'permission-denied' } });
    expect(t.happened).toEqual(['audit consent.given', 'a look', 'audit session.refused']);
    expect(t.service.settings.status).toBe('created');
    expect([t.pipelines(), t.state()]).toEqual([0, 'idle']);
  });

  test('[P01] is not looked for where the person did not agree to what would be recorded', async () => {
    const { on, looked } = mac('empty');
    const t = await testRecorder({ parts: { shown: (agreed) => shown(agreed, on) } });
    await t.when(({ terms }) => terms !== null);
    const agreed = await t.recorder.agree({ channels: [], policyVersion: 1, ...SAID });
    expect(agreed).toMatchObject({ error: { code: 'consent-missing' } });
    expect(looked).toEqual([]);
  });
});
