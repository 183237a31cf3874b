import { existsSync } from 'node:fs';
import { fail } from '../contract/result.ts';
import { fixedPermissions } from './fixed-permissions.ts';
import type { Permission, PermissionKind, Permissions } from './permission.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SUBJECT: Readonly<Record<PermissionKind, string>> = {
  microphone: 'the microphone',
  'screen-capture': 'the screen',
  'system-audio': 'the system audio',
};

/**
 * Linux has no permission system for devices outside sandboxes: who may use the X server and the sound
 * server may record from them. That makes our own consent the only gate there is.
 */
export function linuxPermissions(env: Environment, isFlatpak = existsSync('/.flatpak-info')): Permissions {
  return fixedPermissions(
    (kind) => statusOf(kind, env, isFlatpak),
    async (kind) => fail('not-now', `Linux has no setting for ${SUBJECT[kind]} to open`),
  );
}

function statusOf(kind: PermissionKind, env: Environment, isFlatpak: boolean): Permission {
  const sandbox = isFlatpak || env.FLATPAK_ID ? 'Flatpak' : env.SNAP ? 'snap' : undefined;
  if (kind === 'screen-capture' && env.XDG_SESSION_TYPE === 'wayland') {
    return {
      kind,
      state: 'unknown',
      source: 'XDG_SESSION_TYPE',
      sentence: 'This is a Wayland session, whose screens Tallylight cannot capture yet.',
      nextStep: {
        kind: 'other',
        sentence: 'Log out and choose an X11 ("Xorg") session, or record sound only.',
      },
    };
  }
  if (sandbox !== undefined) {
    return {
      kind,
      state: 'unknown',
      source: sandbox === 'Flatpak' ? '/.flatpak-info' : 'SNAP',
      sentence: `Inside ${sandbox} nobody can tell whether Tallylight may use ${SUBJECT[kind]}.`,
      nextStep: {
        kind: 'other',
        sentence: `Check the permissions of Tallylight in your software centre (${sandbox}).`,
      },
    };
  }
  return {
    kind,
    state: 'granted',
    source: 'Linux outside a sandbox',
    sentence: `Linux asks nobody before a program uses ${SUBJECT[kind]}; Tallylight asks you instead.`,
    nextStep: null,
  };
}
