import { fail } from '../contract/result.ts';
import { type Said, said } from '../contract/spoken/spoken.ts';
import { type Sandbox, sandboxOf } from './linux-sandbox.ts';
import { askSoundServer, type SoundServer } from './linux-sound-server.ts';
import type { Evidence, NextStep, Permission, PermissionKind, Permissions } from './permission.ts';
import { askProgram, type Environment, type ProgramAnswer } from './small-program.ts';
import { type LookEveryMs, watching } from './watch.ts';

/** What a kind needs of a sandbox: Flatpak's socket, snap's plug. */
const NEEDS: Readonly<Record<PermissionKind, { readonly socket: string; readonly plug: string }>> = {
  microphone: { socket: 'pulseaudio', plug: 'audio-record' },
  'screen-capture': { socket: 'x11', plug: 'x11' },
  // Believed, not measured: a monitor is a source, and to record from it is to record.
  'system-audio': { socket: 'pulseaudio', plug: 'audio-record' },
};

/** snapd changes its connections under a running program. */
const SNAP_LOOK_MS = 2_000;
/** A sound server comes late or is started anew; to ask it costs a process. */
const SOUND_LOOK_MS = 10_000;

export type LinuxParts = {
  readonly sandbox?: Sandbox;
  /** Runs `snapctl`. */
  readonly ask?: (args: readonly string[]) => Promise<ProgramAnswer>;
  /** Asks the sound server who it is. */
  readonly sound?: () => Promise<SoundServer>;
};

/**
 * Linux has no permission system for devices outside sandboxes: who may use the X server and the sound server may record
 * from them. That makes our own consent the only gate there is, and a sound server that does not answer the only doubt.
 */
export function linuxPermissions(env: Environment, parts: LinuxParts = {}): Permissions {
  const { sandbox = sandboxOf(env), ask = (args) => askProgram('snapctl', args, env) } = parts;
  const { sound = () => askSoundServer(env) } = parts;
  const evidence = new Map<PermissionKind, Evidence>();
  let asking: Promise<SoundServer> | undefined;

  function soundServer(): Promise<SoundServer> {
    asking ??= sound().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  async function status(kind: PermissionKind): Promise<Permission> {
    const said = await answer(kind);
    const mayBeSettled = said.state === 'unknown' && evidence.get(kind) === 'content';
    return mayBeSettled
      ? { ...said, state: 'granted', source: `${said.source}, capture content`, nextStep: null }
      : said;
  }

  async function answer(kind: PermissionKind): Promise<Permission> {
    if (kind === 'screen-capture') {
      const missing = screenMissing(env);
      if (missing !== undefined) return missing;
    }
    switch (sandbox.kind) {
      case 'none':
        return kind === 'screen-capture' ? granted(kind, 'X11') : heard(kind, await soundServer());
      case 'flatpak':
        return inFlatpak(kind, sandbox);
      case 'snap':
        return inSnap(kind, sandbox.name, await ask(['is-connected', NEEDS[kind].plug]));
    }
  }

  const { watch, lookNow } = watching(status, LOOK_MS[sandbox.kind]);
  return {
    status,
    request: status,
    openSettings: async (kind) => fail('not-now', `Linux has no setting for ${kind} to open`),
    watch,
    witness: (kind, seen) => {
      evidence.set(kind, seen);
      lookNow(kind);
    },
  };
}

const LOOK_MS: Readonly<Record<Sandbox['kind'], LookEveryMs>> = {
  none: SOUND_LOOK_MS,
  snap: SNAP_LOOK_MS,
  flatpak: null,
};

/** Where no picture can come from, whatever anybody allows. */
function screenMissing(env: Environment): Permission | undefined {
  const kind = 'screen-capture';
  if (env.XDG_SESSION_TYPE === 'wayland' || (env.WAYLAND_DISPLAY && !env.DISPLAY))
    return {
      kind,
      state: 'unknown',
      source: `XDG_SESSION_TYPE ${env.XDG_SESSION_TYPE ?? 'not set'}, WAYLAND_DISPLAY ${env.WAYLAND_DISPLAY ?? 'not set'}`,
      said: said('linux-wayland'),
      nextStep: other(said('linux-choose-x11')),
    };
  if (env.DISPLAY) return undefined;
  return {
    kind,
    state: 'unknown',
    source: 'DISPLAY is not set',
    said: said('linux-no-display'),
    nextStep: other(said('linux-start-graphical')),
  };
}

/** Nobody asks before a sound server is recorded from; without one there is nothing that could be granted. */
function heard(kind: PermissionKind, server: SoundServer): Permission {
  if (server.kind === 'answers') return granted(kind, server.name);
  const isSilent = server.kind === 'silent';
  return {
    kind,
    state: 'unknown',
    source: `Linux outside a sandbox, ${server.why}`,
    said: isSilent ? said('linux-no-sound', { kind }) : said('linux-sound-unasked', { kind }),
    nextStep: other(isSilent ? said('linux-start-sound') : said('linux-install-pactl')),
  };
}

function granted(kind: PermissionKind, by: string): Permission {
  return {
    kind,
    state: 'granted',
    source: `Linux outside a sandbox, ${by}`,
    said: said('linux-unasked', { kind }),
    nextStep: null,
  };
}

type Flatpak = Extract<Sandbox, { kind: 'flatpak' }>;

function inFlatpak(kind: PermissionKind, { appId, sockets }: Flatpak): Permission {
  const { socket } = NEEDS[kind];
  const about = { sandbox: 'Flatpak', kind } as const;
  const isShared =
    sockets?.has(socket) === true || (socket === 'x11' && sockets?.has('fallback-x11') === true);
  const allow = {
    kind: 'other',
    said: said('flatpak-share', { socket }),
    command: `flatpak override --user --socket=${socket} ${appId}`,
  } as const;
  if (sockets === undefined || isShared)
    return {
      kind,
      state: 'unknown',
      source: sockets === undefined ? 'FLATPAK_ID' : `/.flatpak-info shares ${socket}`,
      said: isShared ? said('sandbox-reaches', about) : said('sandbox-unknown', about),
      nextStep: isShared ? null : allow,
    };
  return {
    kind,
    state: 'denied',
    source: `/.flatpak-info does not share ${socket}`,
    said: said('sandbox-keeps', about),
    nextStep: allow,
  };
}

function inSnap(kind: PermissionKind, name: string, answer: ProgramAnswer): Permission {
  const { plug } = NEEDS[kind];
  const about = { sandbox: 'snap', kind } as const;
  const connect = {
    kind: 'other',
    said: said('snap-allow', { plug }),
    command: `snap connect ${name}:${plug}`,
  } as const;
  const source =
    answer.kind === 'ended'
      ? `snapctl is-connected ${plug}: ${answer.exitCode}`
      : `SNAP, snapctl ${answer.why}`;
  // snapctl(1): 0 connected, 1 not connected; anything else is no answer.
  if (answer.kind === 'ended' && answer.exitCode === 1)
    return {
      kind,
      state: 'denied',
      source,
      said: said('sandbox-keeps', about),
      nextStep: connect,
    };
  const isConnected = answer.kind === 'ended' && answer.exitCode === 0;
  return {
    kind,
    state: 'unknown',
    source,
    said: isConnected ? said('sandbox-reaches', about) : said('sandbox-unknown', about),
    nextStep: isConnected ? null : connect,
  };
}

function other(sentence: Said): NextStep {
  return { kind: 'other', said: sentence };
}
