import { said } from '../contract/spoken/spoken.ts';
import { firstLineOf } from './native-library.ts';
import type { Evidence, Permission, PermissionKind, Permissions, SystemSettings } from './permission.ts';
import type { ReadRegistryValue } from './registry.ts';
import { openPage, pageOf } from './settings-pages.ts';
import type { Environment } from './small-program.ts';
import { watching } from './watch.ts';
import { MICROPHONE_VALUES, type MicrophoneFacts, microphoneFrom } from './windows-microphone.ts';

const LOOK_EVERY_MS = 1_000;

export type WindowsParts = {
  readonly env: Environment;
  readonly read: ReadRegistryValue;
  /** How often the registry is read for those who watch; 1 s where it is not given. */
  readonly lookEveryMs?: number;
  readonly settings?: SystemSettings;
};

/**
 * Windows 10 and 11. It never asks for a desktop program: there are switches for all of them, and none for the screen
 * and for what the machine plays.
 */
export function windowsPermissions({
  env,
  read,
  lookEveryMs = LOOK_EVERY_MS,
  settings,
}: WindowsParts): Permissions {
  const evidence = new Map<PermissionKind, Evidence>();

  async function status(kind: PermissionKind): Promise<Permission> {
    if (kind !== 'microphone') return NOBODY_ASKS[kind];
    const [policy, machine, person, desktopApps] = await Promise.all([
      read(...MICROPHONE_VALUES.policy),
      read(...MICROPHONE_VALUES.machine),
      read(...MICROPHONE_VALUES.person),
      read(...MICROPHONE_VALUES.desktopApps),
    ]);
    const facts: Omit<MicrophoneFacts, 'electron'> = {
      policy,
      machine,
      person,
      desktopApps,
      evidence: evidence.get(kind),
    };
    return microphoneFrom({ ...facts, electron: electronSays(settings) });
  }

  const { watch, lookNow } = watching(status, lookEveryMs);
  return {
    status,
    request: async (kind) => {
      // There is nobody to ask; a doubt that a capture raised is not carried into the next.
      if (evidence.get(kind) !== 'content') evidence.delete(kind);
      return status(kind);
    },
    openSettings: (kind) => openPage('win32', pageOf('win32', kind, ''), env, settings),
    watch,
    witness: (kind, seen) => {
      evidence.set(kind, seen);
      lookNow(kind);
    },
  };
}

function electronSays(settings: SystemSettings | undefined): string | undefined {
  try {
    return settings?.mediaAccess('microphone');
  } catch (error) {
    return `failed: ${firstLineOf(error)}`;
  }
}

const NOBODY_ASKS: Readonly<Record<Exclude<PermissionKind, 'microphone'>, Permission>> = {
  'screen-capture': {
    kind: 'screen-capture',
    state: 'granted',
    source: 'Windows has no permission for the screen',
    said: said('win-screen-unasked'),
    nextStep: null,
  },
  'system-audio': {
    kind: 'system-audio',
    state: 'granted',
    source: 'Windows has no permission for what it plays',
    said: said('win-sound-unasked'),
    nextStep: null,
  },
};
