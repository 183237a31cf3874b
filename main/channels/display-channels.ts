import type { Area, Channel } from '../../contract/channel.ts';
import { EN } from '../../contract/spoken/en.ts';

/** One display as its system describes it. */
export type PlacedDisplay = {
  /** What names it there, on this plug, for as long as it is plugged in and after a restart. */
  readonly device: string;
  readonly isPrimary: boolean;
  /** In physical pixels. */
  readonly area: Area;
  /** For people, e.g. `Built-in Retina Display`; empty where nobody says. */
  readonly label?: string;
  readonly address?: string;
  readonly fingerprint?: string;
};

/**
 * `display:1…n`: the primary display first, then from left to right. The number is for people; which display it is,
 * `device` and `fingerprint` say. Displays that mirror each other show the same pixels, and each is listed.
 */
export function displayChannels(displays: readonly PlacedDisplay[]): Channel[] {
  return [...displays]
    .sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || a.area.x - b.area.x || a.area.y - b.area.y)
    .map(({ device, area, label = '', address, fingerprint }, index) => ({
      id: `display:${index + 1}`,
      kind: 'display',
      name: `${EN.channel.display} ${index + 1}${label === '' ? '' : ` (${label})`}`,
      device,
      isDefault: index === 0,
      ...(address === undefined ? {} : { address }),
      area,
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }));
}
