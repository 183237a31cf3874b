import type { Area, Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { PlacedDisplay } from './display-channels.ts';
import { displayChannels } from './display-channels.ts';
import { dxgiAddress } from './dxgi-address.ts';
import type { DxgiOutput } from './dxgi-outputs.ts';
import { dxgiOutputs } from './dxgi-outputs.ts';
import { fingerprintOf, fingerprintOfEdid } from './hardware-fingerprint.ts';
import type { Machine, ShellDisplay } from './machine.ts';
import type { WindowsMonitor, WindowsSource } from './user32-displays.ts';
import { windowsSources } from './user32-displays.ts';

/**
 * The displays of this Windows: as the system names them, else as the desktop shell does. The address, the number of a
 * DXGI output, takes longer to find out and is only needed by who opens one.
 */
export function listWindowsDisplays(
  { shellDisplays }: Machine,
  how: 'with-address' | 'without-address',
): Result<Channel[]> {
  const sources = windowsSources();
  const shell = shellDisplays?.() ?? [];
  if (typeof sources !== 'string' && sources.length > 0) {
    const outputs = how === 'with-address' ? dxgiOutputs() : undefined;
    return ok(displaysFromDevices(sources, { outputs, shell }));
  }
  if (shell.length > 0) return ok(displaysFromShell(shell));
  const why = typeof sources === 'string' ? sources : 'Windows names no part of its desktop';
  return fail('display-server-missing', why);
}

/** Windows' own records as channels. */
export function displaysFromDevices(
  sources: readonly WindowsSource[],
  {
    outputs,
    shell = [],
  }: { readonly outputs?: readonly DxgiOutput[] | undefined; readonly shell?: readonly ShellDisplay[] } = {},
): Channel[] {
  const addresses = addressesOf(sources, outputs ?? []);
  return displayChannels(
    sources.flatMap(({ name, isPrimary, area, monitors }): PlacedDisplay[] => {
      const address = addresses.get(name);
      const label = labelAt(area, shell);
      const common = { isPrimary, area, label, ...(address === undefined ? {} : { address }) };
      // No monitor: a remote desktop or Wine. The number is all there is, and nothing tells it from another.
      return monitors.length === 0
        ? [{ ...common, device: name }]
        : monitors.map((monitor) => ({
            ...common,
            device: monitor.path,
            fingerprint: fingerprintOfMonitor(monitor),
          }));
    }),
  );
}

/** Electron's records as channels: by its id, which is the same while a display stays plugged in. No fingerprint. */
function displaysFromShell(shell: readonly ShellDisplay[]): Channel[] {
  return displayChannels(
    shell.map(({ id, label, isPrimary, area }) => ({
      device: `shell-display-${id}`,
      label,
      isPrimary,
      area,
    })),
  );
}

/**
 * What opens each display without its place. ffmpeg's ddagrab opens the first graphics card and counts its outputs alone,
 * so on a machine with displays on several cards no display has a number; each has its handle.
 */
function addressesOf(
  sources: readonly WindowsSource[],
  outputs: readonly DxgiOutput[],
): ReadonlyMap<string, string> {
  const counted = new Map(outputs.map((one) => [one.source, one]));
  if (!sources.every(({ name }) => counted.has(name))) return new Map();
  const onFirst = [...counted.values()].every(({ adapter }) => adapter === 0);
  return new Map(
    [...counted].map(([name, { output, hmonitor }]) => [
      name,
      dxgiAddress({ hmonitor, ...(onFirst ? { output } : {}) }) ?? '',
    ]),
  );
}

function fingerprintOfMonitor({ path, edid }: WindowsMonitor): string {
  return (edid === undefined ? undefined : fingerprintOfEdid(edid)) ?? fingerprintOf(path.toLowerCase());
}

/** Windows calls every monitor "Generic PnP Monitor"; the shell knows better. Its places are exact, its sizes rounded. */
function labelAt({ x, y }: Area, shell: readonly ShellDisplay[]): string {
  const there = shell.filter(({ area }) => area.x === x && area.y === y);
  return there.length === 1 ? (there[0]?.label ?? '') : '';
}
