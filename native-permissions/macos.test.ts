import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inEnglish } from '../contract/spoken/spoken.ts';
import type { ScreenAccess } from './core-graphics.ts';
import { type MacosParts, macosPermissions } from './macos.ts';
import { screenFrom } from './macos-screen.ts';
import { macMicrophoneFrom, macSystemAudioFrom } from './macos-sound.ts';
import type { AskedMemory, Evidence, PermissionKind, SystemSettings } from './permission.ts';

/** Electron as far as a test says; anything else is a call nobody expected. */
function settings(known: Partial<SystemSettings>): SystemSettings {
  const unknown = (name: string) => () => {
    throw new Error(`nobody expected ${name}`);
  };
  return {
    mediaAccess: unknown('mediaAccess'),
    askForMedia: unknown('askForMedia'),
    touchScreen: unknown('touchScreen'),
    openUrl: unknown('openUrl'),
    ...known,
  };
}

function memory(): AskedMemory & {
  readonly asked: Set<PermissionKind>;
  readonly stale: Set<PermissionKind>;
} {
  const [asked, stale] = [new Set<PermissionKind>(), new Set<PermissionKind>()];
  return {
    asked,
    stale,
    wasAsked: async (kind) => asked.has(kind),
    noteAsked: async (kind) => void asked.add(kind),
    wasStale: async (kind) => stale.has(kind),
    noteStale: async (kind, isStale) => void (isStale ? stale.add(kind) : stale.delete(kind)),
    forget: async (kind) => {
      asked.delete(kind);
      stale.delete(kind);
    },
  };
}

const NO_CALLS: ScreenAccess = { kind: 'missing', why: 'not macOS' };
const mac = (parts: Partial<MacosParts>) =>
  macosPermissions({
    env: {},
    screen: NO_CALLS,
    release: '25.0.0',
    bundleId: 'app.tallylight.desktop',
    ...parts,
  });

describe('the screen of macOS', () => {
  const facts = {
    preflight: undefined,
    electron: undefined,
    wasAsked: false,
    wasGranted: false,
    mayHaveChanged: false,
    evidence: undefined,
    wasStale: false,
    subject: 'app',
    bundleId: 'app.tallylight.desktop',
  } as const;

  test.each([
    ['nobody was ever asked', { preflight: false }, 'not-determined', 'ask'],
    ['it was granted and is no more', { preflight: false, wasGranted: true }, 'denied', 'open-settings'],
    ['it was denied before', { preflight: false, wasAsked: true }, 'denied', 'open-settings'],
    [
      'it was just asked',
      { preflight: false, wasAsked: true, mayHaveChanged: true },
      'denied',
      'quit-and-reopen',
    ],
    ['an organisation forbids it', { preflight: false, electron: 'restricted' }, 'restricted', 'ask-admin'],
    ['it is granted', { preflight: true }, 'granted', undefined],
    ['it is granted and seen', { preflight: true, evidence: 'content' }, 'granted', undefined],
    ['it is granted and black', { preflight: true, evidence: 'empty' }, 'denied', 'quit-and-reopen'],
    [
      'it is granted and nothing comes',
      { preflight: true, evidence: 'nothing' },
      'denied',
      'quit-and-reopen',
    ],
    ['that did not help', { preflight: true, evidence: 'empty', wasStale: true }, 'denied', 'reset'],
    ['only Electron can say', { electron: 'granted' }, 'granted', undefined],
    ['Electron says denied and nobody was asked', { electron: 'denied' }, 'not-determined', 'ask'],
    ['nobody can say', {}, 'unknown', 'open-settings'],
    ['they disagree', { preflight: false, electron: 'granted' }, 'not-determined', 'ask'],
  ] as const)('where %s', (_what, known, state, step) => {
    const permission = screenFrom({ ...facts, ...known });
    expect([permission.state, permission.nextStep?.kind]).toEqual([state, step]);
    expect(inEnglish(permission.said)).toMatch(/^(macOS|[A-Z]).*\.$/);
    if (step === 'reset')
      expect(permission.nextStep?.command).toBe('tccutil reset ScreenCapture app.tallylight.desktop');
  });

  test('is asked for once, the question is remembered first, and then quitting is what helps', async () => {
    const [asked, kept] = [[] as string[], memory()];
    const screen: ScreenAccess = {
      kind: 'there',
      preflight: () => false,
      request: async () => {
        asked.push(kept.asked.has('screen-capture') ? 'after it was noted' : 'before it was noted');
        return false;
      },
    };
    const permissions = mac({ screen, memory: kept });
    expect((await permissions.status('screen-capture')).state).toBe('not-determined');
    expect(asked).toEqual([]);
    const answers = await Promise.all([
      permissions.request('screen-capture'),
      permissions.request('screen-capture'),
    ]);
    for (const { state, nextStep } of answers)
      expect([state, nextStep?.kind]).toEqual(['denied', 'quit-and-reopen']);
    await permissions.request('screen-capture');
    expect(asked).toEqual(['after it was noted']);
    // After a restart that did not help, the settings do.
    expect((await mac({ screen, memory: kept }).status('screen-capture')).nextStep?.kind).toBe(
      'open-settings',
    );
  });

  test('a grant that shows nothing is stale; after a restart that did not help it is to be reset', async () => {
    const kept = memory();
    const screen: ScreenAccess = { kind: 'there', preflight: () => true, request: async () => true };
    const first = mac({ screen, memory: kept });
    first.witness('screen-capture', 'empty');
    expect((await first.status('screen-capture')).nextStep?.kind).toBe('quit-and-reopen');
    await expect.poll(() => kept.stale.has('screen-capture')).toBe(true);
    const second = mac({ screen, memory: kept });
    second.witness('screen-capture', 'empty');
    expect((await second.status('screen-capture')).nextStep?.kind).toBe('reset');
    const third = mac({ screen, memory: kept });
    third.witness('screen-capture', 'content');
    expect((await third.status('screen-capture')).state).toBe('granted');
    await expect.poll(() => kept.stale.has('screen-capture')).toBe(false);
  });
});

describe('the screen of macOS, after what a capture showed', () => {
  const granted: ScreenAccess = { kind: 'there', preflight: () => true, request: async () => true };

  test('asking anew forgets what was seen: the next try is the witness', async () => {
    const permissions = mac({ screen: granted });
    permissions.witness('screen-capture', 'empty');
    expect(await permissions.status('screen-capture')).toMatchObject({ state: 'denied', byCapture: true });
    expect((await permissions.request('screen-capture')).state).toBe('granted');
    permissions.witness('screen-capture', 'content');
    await permissions.request('screen-capture');
    expect((await permissions.status('screen-capture')).source).toContain('capture content');
  });

  test('a display that sleeps is no witness of black', async () => {
    const kept = memory();
    const permissions = mac({ screen: { ...granted, isAsleep: () => true }, memory: kept });
    permissions.witness('screen-capture', 'empty');
    expect((await permissions.status('screen-capture')).state).toBe('granted');
    expect(kept.stale.size).toBe(0);
    const calls = mac({
      screen: {
        ...granted,
        isAsleep: () => {
          throw new Error('not to be called');
        },
      },
    });
    calls.witness('screen-capture', 'empty');
    expect((await calls.status('screen-capture')).state).toBe('denied');
  });

  test('[P02] once its grant was reset macOS is asked again, in this run and in the next', async () => {
    const [kept, asked] = [memory(), [] as string[]];
    let isGranted = true;
    const screen: ScreenAccess = {
      kind: 'there',
      preflight: () => isGranted,
      request: async () => {
        asked.push('macOS');
        return false;
      },
    };
    await kept.noteAsked('screen-capture');
    const before = mac({ screen, memory: kept });
    before.witness('screen-capture', 'empty');
    await expect.poll(() => kept.stale.has('screen-capture')).toBe(true);
    // `tccutil reset`
    isGranted = false;
    const after = mac({ screen, memory: kept });
    expect(await after.status('screen-capture')).toMatchObject({
      state: 'not-determined',
      nextStep: { kind: 'ask' },
    });
    expect([kept.asked.size, kept.stale.size]).toEqual([0, 0]);
    await after.request('screen-capture');
    expect(asked).toEqual(['macOS']);
    // Asked and not allowed is remembered as ever.
    expect((await mac({ screen, memory: kept }).status('screen-capture')).state).toBe('denied');
  });

  test('[P01][P02] a grant that nobody here asked for and that is taken away is denied, and a watcher is told', async () => {
    for (const by of ['preflight', 'Electron'] as const) {
      let isGranted = true;
      const permissions = mac({
        memory: memory(),
        ...(by === 'preflight'
          ? { screen: { kind: 'there', preflight: () => isGranted, request: async () => false } }
          : { settings: settings({ mediaAccess: () => (isGranted ? 'granted' : 'denied') }) }),
      });
      const told: string[] = [];
      const end = permissions.watch('screen-capture', ({ state }) => told.push(state));
      await expect.poll(() => told).toEqual(['granted']);
      await permissions.request('screen-capture');
      expect(told).toEqual(['granted']);
      isGranted = false;
      await permissions.request('screen-capture');
      await expect.poll(() => told).toEqual(['granted', 'denied']);
      end();
      expect(await permissions.status('screen-capture')).toMatchObject({
        state: 'denied',
        nextStep: { kind: 'open-settings' },
      });
    }
  });

  test('[P02] a reset while the app runs is seen where macOS tells it of it', async () => {
    const kept = memory();
    let isGranted = true;
    const screen: ScreenAccess = { kind: 'there', preflight: () => isGranted, request: async () => false };
    const permissions = mac({ screen, memory: kept });
    await kept.noteAsked('screen-capture');
    expect((await permissions.status('screen-capture')).state).toBe('granted');
    permissions.witness('screen-capture', 'nothing');
    await expect.poll(() => kept.stale.has('screen-capture')).toBe(true);
    isGranted = false;
    expect((await permissions.status('screen-capture')).state).toBe('not-determined');
    expect((await permissions.status('screen-capture')).source).not.toContain('stale');
  });
});

describe('the sound of macOS', () => {
  test.each([
    ['granted', undefined, 'granted', undefined],
    ['granted', 'empty', 'unknown', 'open-settings'],
    ['granted', 'nothing', 'unknown', 'open-settings'],
    ['denied', undefined, 'denied', 'open-settings'],
    ['not-determined', undefined, 'not-determined', 'ask'],
    ['restricted', undefined, 'restricted', 'ask-admin'],
    ['something new', undefined, 'unknown', 'open-settings'],
    [undefined, 'content', 'granted', undefined],
    [undefined, undefined, 'unknown', 'open-settings'],
  ] as const)('a microphone that is %s, capture %s: %s', (electron, evidence, state, step) => {
    const permission = macMicrophoneFrom({
      electron,
      evidence,
      mayHaveChanged: false,
      subject: 'app',
    });
    expect([permission.state, permission.nextStep?.kind]).toEqual([state, step]);
  });

  test('[P02] system audio is granted by a sample that is not zero, and by nothing else', () => {
    fc.assert(
      fc.property(
        fc.option(fc.boolean(), { nil: undefined }),
        fc.constantFrom<Evidence | undefined>(undefined, 'empty', 'nothing', 'content'),
        (answered, evidence) => {
          const { state } = macSystemAudioFrom({ answered, evidence, subject: 'app' });
          expect(state === 'granted').toBe(evidence === 'content' && answered !== false);
        },
      ),
    );
  });

  test('[P02] an Electron that does not know system audio leaves it unknown until it is heard', async () => {
    const permissions = mac({
      settings: settings({
        askForMedia: async () => {
          throw new TypeError('Invalid media type');
        },
      }),
      memory: memory(),
    });
    expect((await permissions.request('system-audio')).state).toBe('unknown');
    permissions.witness('system-audio', 'empty');
    expect((await permissions.status('system-audio')).state).toBe('unknown');
    permissions.witness('system-audio', 'content');
    expect((await permissions.status('system-audio')).state).toBe('granted');
  });

  test('the microphone is asked for through Electron, and its page opened', async () => {
    const opened: string[] = [];
    let status = 'not-determined';
    const permissions = mac({
      settings: settings({
        mediaAccess: () => status,
        askForMedia: async () => {
          status = 'granted';
          return true;
        },
        openUrl: async (url) => void opened.push(url),
      }),
      memory: memory(),
    });
    expect((await permissions.request('microphone')).state).toBe('granted');
    expect(await permissions.openSettings('microphone')).toEqual({ ok: true, value: undefined });
    expect(opened).toEqual(['x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone']);
  });
});
