import { createHash } from 'node:crypto';

const LONGEST = 48;

/**
 * Turns a device's name into the part of a channel id after the colon: lower-case ASCII, digits and hyphens.
 * Empty where nothing of the name is left, e.g. for a name in another script.
 */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '');
}

/** A device that needs a slug: `key` is what the platform calls it and stays the same when it is plugged in again. */
export type Nameable = { readonly key: string; readonly name: string };

/**
 * One slug per device, in their order. Devices of the same name, and one that is called "default", get six
 * hex digits of the SHA-256 of their key, so that an id never depends on which was plugged in first.
 */
export function distinctSlugs(devices: readonly Nameable[]): string[] {
  const plain = devices.map((device) => slugOf(device.name) || slugOf(device.key) || 'device');
  return plain.map((slug, index) => {
    const taken = slug === 'default' || plain.some((other, at) => at !== index && other === slug);
    const key = devices[index]?.key ?? '';
    return taken ? `${slug}-${createHash('sha256').update(key).digest('hex').slice(0, 6)}` : slug;
  });
}
