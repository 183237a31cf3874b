import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { AvfoundationScreen } from './avfoundation-listing.ts';
import type { MacDisplay } from './core-graphics.ts';
import { macDisplays } from './core-graphics.ts';
import type { PlacedDisplay } from './display-channels.ts';
import { displayChannels } from './display-channels.ts';
import { fingerprintOf } from './hardware-fingerprint.ts';
import type { Machine, ShellDisplay } from './machine.ts';

/** A display with its place in CGGetActiveDisplayList, which is how ffmpeg counts its screens (avfoundation.m). */
type CountedDisplay = PlacedDisplay & { readonly screen: number };

/** The displays of this Mac, without the address that ffmpeg opens. */
export function listMacDisplays(machine: Machine): Result<Channel[]> {
  const displays = countedDisplays(machine);
  return typeof displays === 'string'
    ? fail('display-server-missing', displays)
    : ok(displayChannels(displays));
}

/** The same with the addresses of the screens that ffmpeg lists; a display that it does not list is left out. */
export function listMacScreens(machine: Machine, screens: readonly AvfoundationScreen[]): Result<Channel[]> {
  const displays = countedDisplays(machine);
  if (typeof displays === 'string') return fail('display-server-missing', displays);
  const found = addressedDisplays(displays, screens);
  return found.length === 0 ? fail('display-server-missing', 'ffmpeg lists no screen') : ok(found);
}

/**
 * Which display ffmpeg opens under which index. Where ffmpeg counts another number of screens than the system, one came or
 * went in between and the rest may have moved up: then only the main display, always the first, is sure.
 */
export function addressedDisplays(
  displays: readonly CountedDisplay[],
  screens: readonly AvfoundationScreen[],
): Channel[] {
  const isSure = screens.length === displays.length;
  const indexes = new Map(screens.map(({ screen, index }) => [screen, String(index)]));
  const channels = displayChannels(
    displays.map(({ screen, ...display }) => {
      const address = isSure || screen === 0 ? indexes.get(screen) : undefined;
      return address === undefined ? display : { ...display, address };
    }),
  );
  return channels.filter(({ address }) => address !== undefined);
}

function countedDisplays({ shellDisplays }: Machine): readonly CountedDisplay[] | string {
  const shell = shellDisplays?.() ?? [];
  const displays = macDisplays();
  if (typeof displays !== 'string' && displays.length > 0) return displaysOfMac(displays, shell);
  const main = shell.find(({ isPrimary }) => isPrimary);
  if (main !== undefined) return [displayOfShell(main)];
  return typeof displays === 'string' ? displays : 'macOS names no display';
}

/** CoreGraphics' displays, told apart by what they are. */
export function displaysOfMac(
  displays: readonly MacDisplay[],
  shell: readonly ShellDisplay[] = [],
): CountedDisplay[] {
  const models = displays.map(modelOf);
  return displays.map((display, screen) => {
    const { id, isMain, isBuiltin, serial, unit, bounds, pixels } = display;
    const model = modelOf(display);
    const isTwice = models.filter((other) => other === model).length > 1;
    const scale = bounds.width > 0 ? pixels.width / bounds.width : 1;
    const label = shell.find((one) => one.id === String(id))?.label ?? '';
    return {
      screen,
      // Without a serial number, or with one that another display has too, the plug must do.
      device: isTwice || (serial === 0 && !isBuiltin) ? `${model}-u${unit}` : model,
      isPrimary: isMain,
      area: { x: Math.round(bounds.x * scale), y: Math.round(bounds.y * scale), ...pixels },
      label,
      fingerprint: fingerprintOf(model),
    };
  });
}

/** Of what Electron says the main display alone: which of ffmpeg's screens another one is, nobody tells. */
function displayOfShell({ id, label, area }: ShellDisplay): CountedDisplay {
  return { screen: 0, device: `shell-display-${id}`, isPrimary: true, area, label };
}

function modelOf({ vendor, model, serial, isBuiltin }: MacDisplay): string {
  const numbers = [vendor, model, serial].map((number) => number.toString(16));
  return `${isBuiltin ? 'built-in' : 'display'}-${numbers.join('-')}`;
}
