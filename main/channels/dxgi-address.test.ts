import { expect, test } from 'vitest';
import { dxgiAddress, parseDxgiAddress } from './dxgi-address.ts';

test.each([{ output: 0, hmonitor: '65537' }, { output: 3 }, { hmonitor: '18446744073709551615' }])(
  'the address of %j is read as it was written',
  (address) => {
    expect(parseDxgiAddress(dxgiAddress(address))).toEqual(address);
  },
);

test('nothing is made of what is no address', () => {
  expect(dxgiAddress({})).toBeUndefined();
  for (const text of [undefined, '', '0', 'output=', 'output=-1', 'xoutput=1', 'hmonitor=0x10'])
    expect(parseDxgiAddress(text)).toEqual({});
});
