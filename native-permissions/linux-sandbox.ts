import { readFileSync } from 'node:fs';
import type { Environment } from './small-program.ts';

/** A sandbox around this program, and what it was given, as far as it says. */
export type Sandbox =
  | { readonly kind: 'none' }
  /** `sockets` of [Context] in /.flatpak-info; undefined where the file cannot be read. */
  | { readonly kind: 'flatpak'; readonly appId: string; readonly sockets: ReadonlySet<string> | undefined }
  | { readonly kind: 'snap'; readonly name: string };

const FLATPAK_INFO = '/.flatpak-info';

/** What the surroundings say of a sandbox: Flatpak's file (flatpak-metadata(5)), snap's environment. */
export function sandboxOf(env: Environment, read: (path: string) => string = readText): Sandbox {
  const info = infoOf(read);
  if (info !== undefined || env.FLATPAK_ID)
    return {
      kind: 'flatpak',
      appId: env.FLATPAK_ID ?? /^name=(.+)$/m.exec(info ?? '')?.[1]?.trim() ?? 'Tallylight',
      sockets: info === undefined ? undefined : socketsIn(info),
    };
  return env.SNAP ? { kind: 'snap', name: env.SNAP_NAME ?? 'tallylight' } : { kind: 'none' };
}

function infoOf(read: (path: string) => string): string | undefined {
  try {
    return read(FLATPAK_INFO);
  } catch {
    // Outside Flatpak there is none.
    return undefined;
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

/** `sockets=x11;pulseaudio;` of the group [Context]; a `!` takes one away. */
export function socketsIn(info: string): ReadonlySet<string> {
  const context = info.split(/^\[/m).find((group) => group.startsWith('Context]')) ?? '';
  const list = /^sockets=(.*)$/m.exec(context)?.[1] ?? '';
  return new Set(
    list
      .split(';')
      .map((socket) => socket.trim())
      .filter((socket) => socket !== '' && !socket.startsWith('!')),
  );
}
