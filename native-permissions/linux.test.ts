import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inEnglish } from '../contract/spoken/spoken.ts';
import { linuxPermissions } from './linux.ts';
import { type Sandbox, sandboxOf, socketsIn } from './linux-sandbox.ts';
import { askSoundServer, type SoundServer, soundServerFrom } from './linux-sound-server.ts';
import { PERMISSION_KINDS, type Permission } from './permission.ts';

const X11 = { DISPLAY: ':0' };
const NONE: Sandbox = { kind: 'none' };
const said = (name: string) => ({
  kind: 'ended' as const,
  exitCode: 0,
  stdout: `Server String: /run/user/1000/pulse/native\nServer Name: ${name}\nServer Version: 16.1\n`,
});
const PULSE = soundServerFrom(said('pulseaudio'));
const HEARS = { sandbox: NONE, sound: async () => PULSE };
const flatpak = (...sockets: string[]): Sandbox => ({
  kind: 'flatpak',
  appId: 'app.tallylight.desktop',
  sockets: new Set(sockets),
});
const INFO = `[Application]
name=app.tallylight.desktop
runtime=runtime/org.freedesktop.Platform/x86_64/24.08

[Context]
shared=network;ipc;
sockets=x11;pulseaudio;!wayland;
devices=dri;

[Session Bus Policy]
sockets=none
`;

const stepOf = ({ nextStep }: Permission) => (nextStep === null ? '' : inEnglish(nextStep.said));

describe('permissions on Linux', () => {
  test.each(PERMISSION_KINDS)('%s is granted outside a sandbox, and says that nobody asks', async (kind) => {
    const { state, said } = await linuxPermissions(X11, HEARS).status(kind);
    expect(state).toBe('granted');
    expect(inEnglish(said)).toContain('Tallylight asks you instead');
  });

  test.each([
    ['a Wayland session', { XDG_SESSION_TYPE: 'wayland', DISPLAY: ':0' }, /Wayland/],
    ['a Wayland display alone', { WAYLAND_DISPLAY: 'wayland-0' }, /Wayland/],
    ['no display at all', {}, /no X display/],
  ])('%s says why no screen can be captured, and leaves sound alone', async (_where, env, why) => {
    const permissions = linuxPermissions(env, HEARS);
    const screen = await permissions.status('screen-capture');
    expect(screen.state).toBe('unknown');
    expect(inEnglish(screen.said)).toMatch(why);
    expect(stepOf(screen)).toContain('record sound only');
    expect((await permissions.status('microphone')).state).toBe('granted');
  });

  test.each([
    ['shares it', flatpak('pulseaudio', 'x11'), 'unknown', 'unknown'],
    ['shares the screen alone', flatpak('x11'), 'denied', 'unknown'],
    ['shares the screen as a fallback', flatpak('fallback-x11'), 'denied', 'unknown'],
    ['shares nothing', flatpak(), 'denied', 'denied'],
    ['does not say', { kind: 'flatpak', appId: 'x', sockets: undefined } as const, 'unknown', 'unknown'],
  ])('[P02] a Flatpak that %s is never granted unseen', async (_what, sandbox, microphone, screen) => {
    const permissions = linuxPermissions(X11, { sandbox });
    const [heard, seen] = [
      await permissions.status('microphone'),
      await permissions.status('screen-capture'),
    ];
    expect([heard.state, seen.state]).toEqual([microphone, screen]);
    for (const { state, nextStep } of [heard, seen])
      if (state === 'denied')
        expect(nextStep?.command).toMatch(/^flatpak override --user --socket=\w+ app\.tallylight\.desktop$/);
    permissions.witness('microphone', 'content');
    expect((await permissions.status('microphone')).state).toBe(
      microphone === 'denied' ? 'denied' : 'granted',
    );
  });

  test.each([
    [0, 'unknown'],
    [1, 'denied'],
    [64, 'unknown'],
  ])('[P02] snapctl that ends with %d means %s', async (exitCode, state) => {
    const asked: string[] = [];
    const permissions = linuxPermissions(X11, {
      sandbox: { kind: 'snap', name: 'tallylight' },
      ask: async (args) => {
        asked.push(args.join(' '));
        return { kind: 'ended', exitCode, stdout: '' };
      },
    });
    const microphone = await permissions.status('microphone');
    expect(microphone.state).toBe(state);
    if (exitCode !== 0) expect(microphone.nextStep?.command).toBe('snap connect tallylight:audio-record');
    expect(asked).toEqual(['is-connected audio-record']);
  });

  test('[P02] the plug of what the system plays is the one for recording: it is recorded', async () => {
    const asked: string[] = [];
    const permissions = linuxPermissions(X11, {
      sandbox: { kind: 'snap', name: 'tallylight' },
      ask: async (args) => {
        asked.push(args.join(' '));
        return { kind: 'ended', exitCode: 1, stdout: '' };
      },
    });
    expect((await permissions.status('system-audio')).nextStep?.command).toBe(
      'snap connect tallylight:audio-record',
    );
    expect(asked).toEqual(['is-connected audio-record']);
  });

  test.each([
    ['pulseaudio', 'pulseaudio'],
    ['PulseAudio (on PipeWire 1.0.5)', 'PipeWire 1.0.5'],
  ])('the sound server that calls itself %s is named %s', async (name, source) => {
    const permissions = linuxPermissions(
      {},
      { sandbox: NONE, sound: async () => soundServerFrom(said(name)) },
    );
    const microphone = await permissions.status('microphone');
    expect(microphone).toMatchObject({ state: 'granted', nextStep: null });
    expect(microphone.source).toBe(`Linux outside a sandbox, ${source}`);
  });

  test.each([
    [{ kind: 'ended', exitCode: 1, stdout: '' }, /No sound server answers/, /PipeWire or PulseAudio/],
    [{ kind: 'not-run', why: 'ended by SIGKILL' }, /No sound server answers/, /PipeWire or PulseAudio/],
    [{ kind: 'not-run', why: 'ENOENT' }, /Nobody here can ask/, /pulseaudio-utils/],
  ] as const)(
    '[P02] sound is not granted where %j is all that is heard of a sound server',
    async (answer, sentence, step) => {
      const permissions = linuxPermissions(X11, {
        sandbox: NONE,
        sound: async () => soundServerFrom(answer),
      });
      for (const kind of ['microphone', 'system-audio'] as const) {
        const permission = await permissions.status(kind);
        expect(permission.state).toBe('unknown');
        expect(inEnglish(permission.said)).toMatch(sentence);
        expect(stepOf(permission)).toMatch(step);
      }
      expect((await permissions.status('screen-capture')).state).toBe('granted');
    },
  );

  test('one question serves all who ask at once, and is asked anew afterwards', async () => {
    let asked = 0;
    const permissions = linuxPermissions(X11, {
      sandbox: NONE,
      sound: async () => {
        asked++;
        return PULSE;
      },
    });
    await Promise.all([permissions.status('microphone'), permissions.status('system-audio')]);
    expect(asked).toBe(1);
    await permissions.request('microphone');
    expect(asked).toBe(2);
  });

  test('a real pactl without a server to ask says so', async () => {
    const answer: SoundServer = await askSoundServer({
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      XDG_RUNTIME_DIR: '/nonexistent',
      PULSE_SERVER: 'unix:/nonexistent/pulse',
    });
    expect(answer.kind).not.toBe('answers');
  });

  test('a sandbox is seen by its file or its environment', () => {
    const nothing = () => {
      throw new Error('ENOENT');
    };
    expect(sandboxOf({}, nothing)).toEqual({ kind: 'none' });
    expect(sandboxOf({ SNAP: '/snap/x/1', SNAP_NAME: 'x' }, nothing)).toEqual({ kind: 'snap', name: 'x' });
    expect(sandboxOf({ FLATPAK_ID: 'a.b' }, nothing)).toMatchObject({
      kind: 'flatpak',
      appId: 'a.b',
      sockets: undefined,
    });
    expect(sandboxOf({}, () => INFO)).toEqual({
      kind: 'flatpak',
      appId: 'app.tallylight.desktop',
      sockets: new Set(['x11', 'pulseaudio']),
    });
  });

  test('sockets are read from whatever stands in the file', () => {
    fc.assert(fc.property(fc.string(), (text) => void socketsIn(text)));
    expect(socketsIn('[Other]\nsockets=x11;\n')).toEqual(new Set());
  });
});
