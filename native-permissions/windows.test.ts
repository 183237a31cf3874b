import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstThatReads, type RegistryValue } from './registry.ts';
import { parseQuery, readByProgram } from './registry-program.ts';
import type { ProgramAnswer } from './small-program.ts';
import { windowsPermissions } from './windows.ts';
import { MICROPHONE_VALUES, type MicrophoneFacts, microphoneFrom } from './windows-microphone.ts';

const ABSENT: MicrophoneFacts = {
  policy: 'absent',
  machine: 'absent',
  person: 'absent',
  desktopApps: 'absent',
  electron: undefined,
  evidence: undefined,
};
const [ALLOW, DENY] = [{ text: 'Allow' }, { text: 'Deny' }];

describe('the microphone of Windows', () => {
  test.each([
    ['nothing is set', {}, 'granted', undefined],
    ['everything allows it', { machine: ALLOW, person: ALLOW, desktopApps: ALLOW }, 'granted', undefined],
    ['the device denies it', { machine: DENY, person: ALLOW }, 'denied', 'open-settings'],
    ['the person denies it', { machine: ALLOW, person: DENY }, 'denied', 'open-settings'],
    [
      'desktop apps are denied',
      { machine: ALLOW, person: ALLOW, desktopApps: DENY },
      'denied',
      'open-settings',
    ],
    ['a policy denies it', { policy: { number: 2 }, machine: ALLOW }, 'restricted', 'ask-admin'],
    [
      'a policy allows it and the person does not',
      { policy: { number: 1 }, person: DENY },
      'denied',
      'open-settings',
    ],
    ['a policy leaves it to the person', { policy: { number: 0 }, person: ALLOW }, 'granted', undefined],
    ['Electron denies it', { electron: 'denied' }, 'denied', 'open-settings'],
    ['Electron grants it against a Deny', { electron: 'granted', person: DENY }, 'denied', 'open-settings'],
    ['nothing can be read', { machine: { error: 'x' } }, 'unknown', 'open-settings'],
    ['something new is read', { person: { text: 'Prompt' } }, 'unknown', 'open-settings'],
    ['it is allowed and silent', { evidence: 'empty' }, 'unknown', 'open-settings'],
  ] as const)('where %s', (_what, known, state, step) => {
    const permission = microphoneFrom({ ...ABSENT, ...known });
    expect([permission.state, permission.nextStep?.kind]).toEqual([state, step]);
    if ('desktopApps' in known && known.desktopApps === DENY)
      expect(permission.nextStep?.said.code).toBe('win-mic-switch-desktop-apps');
  });

  test('[P02] one Deny anywhere is never granted', () => {
    const value = fc.constantFrom<RegistryValue>(
      'absent',
      ALLOW,
      DENY,
      { number: 1 },
      { number: 2 },
      { error: 'x' },
    );
    fc.assert(
      fc.property(
        fc.record({
          policy: value,
          machine: value,
          person: value,
          desktopApps: value,
          electron: fc.constantFrom(undefined, 'granted', 'denied', 'not-determined'),
          evidence: fc.constantFrom(undefined, 'content' as const, 'empty' as const, 'nothing' as const),
        }),
        (facts) => {
          const places = [facts.policy, facts.machine, facts.person, facts.desktopApps];
          const isDenied = places.includes(DENY) || facts.electron === 'denied';
          const { state } = microphoneFrom(facts);
          if (isDenied) expect(state === 'denied' || state === 'restricted').toBe(true);
          if (state === 'granted') expect(isDenied).toBe(false);
        },
      ),
    );
  });

  test('is read from the policy first, then the ConsentStore of device and person, and of desktop apps', async () => {
    const read: string[] = [];
    const permissions = windowsPermissions({
      env: {},
      read: async (root, key, name) => {
        read.push(`${root}\\${key}\\${name}`);
        return 'absent';
      },
    });
    expect((await permissions.status('microphone')).state).toBe('granted');
    expect(read).toEqual(Object.values(MICROPHONE_VALUES).map((place) => place.join('\\')));
    expect((await permissions.status('screen-capture')).source).toContain('no permission');
  });
});

describe('reg.exe', () => {
  const KEY = 'HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\CapabilityAccessManager';
  const printed = (line: string) => `\r\n${KEY}\r\n${line}\r\n\r\n`;

  test.each([
    ['    Value    REG_SZ    Deny', { text: 'Deny' }],
    ['    Value    REG_SZ    Allow', { text: 'Allow' }],
    ['    value    REG_SZ    Allow', { text: 'Allow' }],
    ['    Value    REG_DWORD    0x2', { number: 2 }],
    ['    Value    REG_SZ', { text: '' }],
  ])('prints %j', (line, value) => {
    expect(parseQuery(printed(line), 'Value')).toEqual(value);
  });

  test.each([
    '',
    '    Other    REG_SZ    Allow',
    '    Value    REG_BINARY    00',
    'FEHLER: Zugriff verweigert',
  ])('that prints %j has not answered', (line) => {
    expect(parseQuery(printed(line), 'Value')).toHaveProperty('error');
  });

  test('never makes an Allow of what it printed otherwise', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const value = parseQuery(`${before}\r\n    Value    REG_SZ    Deny\r\n${after}`, 'Value');
        expect(value).not.toEqual({ text: 'Allow' });
      }),
      { numRuns: 10_000 },
    );
  });

  const answering = (answers: Readonly<Record<string, ProgramAnswer>>) =>
    readByProgram(async (args) => {
      const answer = answers[args.join(' ')];
      if (answer === undefined) throw new Error(`nobody expected reg.exe ${args.join(' ')}`);
      return answer;
    });
  const failed: ProgramAnswer = { kind: 'ended', exitCode: 1, stdout: '' };

  test('a key whose parent does not list it is absent; one that may not be read is an error', async () => {
    const query = { 'query HKLM\\A\\B /v Value': failed, 'query HKLM\\A\\B': failed };
    const lists = (stdout: string): ProgramAnswer => ({ kind: 'ended', exitCode: 0, stdout });
    const absent = answering({ ...query, 'query HKLM\\A': lists('HKEY_LOCAL_MACHINE\\A\\C\r\n') });
    expect(await absent('HKLM', 'A\\B', 'Value')).toBe('absent');
    const kept = answering({ ...query, 'query HKLM\\A': lists('HKEY_LOCAL_MACHINE\\A\\B\r\n') });
    expect(await kept('HKLM', 'A\\B', 'Value')).toHaveProperty('error');
  });

  test('stands in where the first way to read does not, and is not asked where it does', async () => {
    const broken = async () => ({ error: 'koffi: none' });
    const works = async () => 'absent' as const;
    const never = async () => {
      throw new Error('nobody expected to be asked');
    };
    expect(await firstThatReads([broken, works])('HKCU', 'A', 'Value')).toBe('absent');
    expect(await firstThatReads([works, never])('HKCU', 'A', 'Value')).toBe('absent');
    expect(await firstThatReads([broken, broken])('HKCU', 'A', 'Value')).toEqual({
      error: 'koffi: none; koffi: none',
    });
  });
});
