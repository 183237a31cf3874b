import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelId } from '../../contract/channel.ts';
import { distinctSlugs, slugOf } from './channel-slug.ts';

describe('slugs of devices', () => {
  test.each([
    ['Built-in Audio Analog Stereo', 'built-in-audio-analog-stereo'],
    ['Micrófono de "prueba"', 'microfono-de-prueba'],
    ['  USB (2.0)  ', 'usb-2-0'],
    ['麦克风', ''],
  ])('%j becomes %j', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  test('devices of one name are told apart by their key, whichever comes first', () => {
    const [a, b] = [
      { key: 'usb-a', name: 'Headset' },
      { key: 'usb-b', name: 'Headset' },
    ];
    const [slugA, slugB] = distinctSlugs([a, b]);
    expect(slugA).not.toBe(slugB);
    expect(distinctSlugs([b, a])).toEqual([slugB, slugA]);
    expect(slugA).toMatch(/^headset-[0-9a-f]{6}$/);
  });

  test('a device called "default" does not pass for the default, and one in another script has its key', () => {
    expect(distinctSlugs([{ key: 'x', name: 'Default' }])[0]).toMatch(/^default-[0-9a-f]{6}$/);
    expect(distinctSlugs([{ key: 'alsa_input.pci', name: '麦克风' }])).toEqual(['alsa-input-pci']);
  });

  test('always make channel ids, all different', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ key: fc.string({ minLength: 1 }), name: fc.string() }), {
          selector: ({ key }) => key,
        }),
        (devices) => {
          const ids = distinctSlugs(devices).map((slug) => `mic:${slug}`);
          for (const id of ids) expect(channelId.safeParse(id).success).toBe(true);
          expect(new Set(ids).size).toBe(ids.length);
        },
      ),
    );
  });
});
