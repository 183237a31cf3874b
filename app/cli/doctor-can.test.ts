import { expect, test } from 'vitest';
import { PERMISSION_KINDS, type PermissionState } from '../../native-permissions/permission.ts';
import { abilities } from './doctor-can.ts';

const every = (state: PermissionState) => PERMISSION_KINDS.map((kind) => ({ kind, state }));

test.each<[PermissionState, string]>([
  ['granted', 'yes'],
  ['unknown', 'unknown'],
  ['not-determined', 'unknown'],
])('with %s and no problem, whether it can be captured is %s', (state, expected) => {
  expect(abilities([], every(state))).toEqual({ mic: expected, system_audio: expected, display: expected });
});

test('a kind that a problem concerns cannot be captured, whatever the system says', () => {
  expect(abilities([{ concerns: ['display', 'mic'] }], every('granted'))).toMatchObject({
    ...{ mic: 'no', system_audio: 'yes', display: 'no' },
  });
});

test('a permission that nobody spoke of is not known', () => {
  expect(abilities([], [])).toMatchObject({ mic: 'unknown' });
});
