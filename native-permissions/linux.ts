import { fail } from '../contract/result.ts';
import { type Sandbox, sandboxOf } from './linux-sandbox.ts';
import { askSoundServer, type SoundServer } from './linux-sound-server.ts';
import type { Evidence, NextStep, Permission, PermissionKind, Permissions } from './permission.ts';
import { askProgram, type Environment, type ProgramAnswer } from './small-program.ts';
import { type LookEveryMs, watching } from './watch.ts';

const SUBJECT: Readonly<Record<PermissionKind, string>> = {
  microphone: 'the microphone',
  'screen-capture': 'the screen',
  'system-audio': 'the system audio',
};

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
    openSettings: async (kind) => fail('not-now', `Linux has no setting for ${SUBJECT[kind]} to open`),
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
      sentence:
        'This is a Wayland session, whose screens Tallylight cannot capture yet: that goes through the desktop portal.',
      nextStep: other('Log out and choose an X11 ("Xorg") session, or record sound only.'),
    };
  if (env.DISPLAY) return undefined;
  return {
    kind,
    state: 'unknown',
    source: 'DISPLAY is not set',
    sentence: 'There is no X display here, so there is no screen to capture.',
    nextStep: other('Start Tallylight from a graphical session, or record sound only.'),
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
    sentence: isSilent
      ? `No sound server answers here, so that there is nothing to record ${SUBJECT[kind]} from.`
      : `Nobody here can ask the sound server, through which ${SUBJECT[kind]} would be recorded.`,
    nextStep: other(
      isSilent
        ? 'Start PipeWire or PulseAudio, which a desktop session does by itself, then look again.'
        : 'Install pactl (Debian, Ubuntu: the package pulseaudio-utils), then look again.',
    ),
  };
}

function granted(kind: PermissionKind, by: string): Permission {
  return {
    kind,
    state: 'granted',
    source: `Linux outside a sandbox, ${by}`,
    sentence: `Linux asks nobody before a program uses ${SUBJECT[kind]}; Tallylight asks you instead.`,
    nextStep: null,
  };
}

type Flatpak = Extract<Sandbox, { kind: 'flatpak' }>;

function inFlatpak(kind: PermissionKind, { appId, sockets }: Flatpak): Permission {
  const { socket } = NEEDS[kind];
  const isShared =
    sockets?.has(socket) === true || (socket === 'x11' && sockets?.has('fallback-x11') === true);
  const allow = {
    kind: 'other',
    sentence: `Share the socket ${socket} with Tallylight in your software centre (Flatpak), or run this line and start again.`,
    command: `flatpak override --user --socket=${socket} ${appId}`,
  } as const;
  if (sockets === undefined || isShared)
    return {
      kind,
      state: 'unknown',
      source: sockets === undefined ? 'FLATPAK_ID' : `/.flatpak-info shares ${socket}`,
      sentence: isShared
        ? `Flatpak lets Tallylight reach ${SUBJECT[kind]}; whether it may be recorded shows when the recording begins.`
        : `Inside Flatpak nobody can tell whether Tallylight may use ${SUBJECT[kind]}.`,
      nextStep: isShared ? null : allow,
    };
  return {
    kind,
    state: 'denied',
    source: `/.flatpak-info does not share ${socket}`,
    sentence: `Flatpak keeps Tallylight from ${SUBJECT[kind]}.`,
    nextStep: allow,
  };
}

function inSnap(kind: PermissionKind, name: string, answer: ProgramAnswer): Permission {
  const { plug } = NEEDS[kind];
  const connect = {
    kind: 'other',
    sentence: `Allow ${plug} for Tallylight in your software centre (snap), or run this line.`,
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
      sentence: `snap keeps Tallylight from ${SUBJECT[kind]}.`,
      nextStep: connect,
    };
  const isConnected = answer.kind === 'ended' && answer.exitCode === 0;
  return {
    kind,
    state: 'unknown',
    source,
    sentence: isConnected
      ? `snap lets Tallylight reach ${SUBJECT[kind]}; whether it may be recorded shows when the recording begins.`
      : `Inside snap nobody can tell whether Tallylight may use ${SUBJECT[kind]}.`,
    nextStep: isConnected ? null : connect,
  };
}

function other(sentence: string): NextStep {
  return { kind: 'other', sentence };
}
