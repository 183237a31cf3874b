import { expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { listedId } from './named-channels.ts';

const display = (number: number, fingerprint?: string): Channel => ({
  id: `display:${number}`,
  kind: 'display',
  name: `Display ${number}`,
  device: `HDMI-${number}`,
  isDefault: number === 1,
  ...(fingerprint === undefined ? {} : { fingerprint }),
});
const [DELL, EIZO] = ['00112233445566aa', 'ffeeddccbbaa9988'];

test('a display that is named by its fingerprint is found under whatever number it has now', () => {
  expect(listedId(`display:${EIZO}`, [display(1, DELL), display(2, EIZO)])).toEqual({
    ok: true,
    value: 'display:2',
  });
  expect(listedId(`display:${EIZO}`, [display(1, EIZO), display(2, DELL)])).toEqual({
    ok: true,
    value: 'display:1',
  });
});

test('[P01] a display that is not there is not replaced by another', () => {
  expect(listedId(`display:${EIZO}`, [display(1, DELL), display(2)])).toMatchObject({
    ok: false,
    error: { code: 'device-gone' },
  });
});

test('[P01] two displays of one fingerprint are not guessed between', () => {
  expect(listedId(`display:${DELL}`, [display(1, DELL), display(2, DELL)])).toMatchObject({
    ok: false,
    error: { code: 'channel-unknown', detail: expect.stringContaining('display:1 and display:2') },
  });
});

test('any other id is its own', () => {
  expect(listedId('mic:default', [])).toEqual({ ok: true, value: 'mic:default' });
});
