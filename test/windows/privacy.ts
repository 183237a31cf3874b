import assert from 'node:assert/strict';
import type { Permission, PermissionState } from '../../native-permissions/permission.ts';
import { MICROPHONE_VALUES } from '../../native-permissions/windows-microphone.ts';
import { allOf, type Trial, toldBy } from './trial.ts';

type Place = keyof typeof MICROPHONE_VALUES;
type Case = {
  readonly name: string;
  readonly values: Partial<Readonly<Record<Place, string>>>;
  readonly state: PermissionState;
};

const CASES: readonly Case[] = [
  { name: 'nothing', values: {}, state: 'granted' },
  {
    name: 'Allow everywhere',
    values: { machine: 'Allow', person: 'Allow', desktopApps: 'Allow' },
    state: 'granted',
  },
  {
    name: 'Deny for the machine',
    values: { machine: 'Deny', person: 'Allow', desktopApps: 'Allow' },
    state: 'denied',
  },
  { name: 'Deny for the person', values: { machine: 'Allow', person: 'Deny' }, state: 'denied' },
  {
    name: 'Deny for desktop apps',
    values: { machine: 'Allow', person: 'Allow', desktopApps: 'Deny' },
    state: 'denied',
  },
  { name: 'a policy that denies', values: { person: 'Allow', policy: '2' }, state: 'restricted' },
  { name: 'a policy that allows', values: { policy: '1' }, state: 'granted' },
];

function planted(values: Case['values']) {
  return Object.entries(values).map(([place, data]) => {
    const [root, key, name] = MICROPHONE_VALUES[place as Place];
    return { key: `${root}\\${key}`, name, type: place === 'policy' ? 'REG_DWORD' : 'REG_SZ', data };
  });
}

export const privacy: readonly Trial[] = [
  {
    name: 'what Windows says of the microphone is read from its registry, in two ways',
    run: async (lab) => {
      const keys = [...new Set(Object.values(MICROPHONE_VALUES).map(([root, key]) => `${root}\\${key}`))];
      const cases = CASES.map(({ name, values }) => ({ name, planted: planted(values) }));
      const told = await toldBy(lab.start('privacy', { keys, cases }));
      const read = allOf<{ name: string; reader: string; permission: Permission }>(told, 'status');
      for (const { name, state } of CASES) {
        const answers = read.filter((one) => one.name === name);
        assert.equal(answers.length, 3, JSON.stringify(read));
        for (const { reader, permission } of answers)
          assert.equal(permission.state, state, `${name}, ${reader}: ${JSON.stringify(permission)}`);
      }
      return CASES.map(({ name, state }) => `${name} ${state}`).join(', ');
    },
  },
];
