import { assertNever } from '../contract/result.ts';
import type { ScreenAccess } from './core-graphics.ts';
import { isGranted, isRefused, screenFrom } from './macos-screen.ts';
import { macMicrophoneFrom, macSystemAudioFrom } from './macos-sound.ts';
import { firstLineOf } from './native-library.ts';
import type {
  AskedMemory,
  Evidence,
  Permission,
  PermissionKind,
  Permissions,
  SystemSettings,
} from './permission.ts';
import { openPage, pageOf } from './settings-pages.ts';
import type { Environment } from './small-program.ts';
import { watching } from './watch.ts';

const LOOK_EVERY_MS = 1000;

export type MacosParts = {
  readonly env: Environment;
  readonly screen: ScreenAccess;
  readonly settings?: SystemSettings;
  readonly memory?: AskedMemory;
  readonly bundleId?: string;
  /** `os.release()`. */
  readonly release: string;
};

/** macOS 13 and newer (TCC). A permission belongs to the app that the person started, not to ffmpeg. */
export function macosPermissions(parts: MacosParts): Permissions {
  const { env, screen, settings, memory, bundleId, release } = parts;
  const subject = settings === undefined ? 'starter' : 'app';
  const evidence = new Map<PermissionKind, Evidence>();
  const askedHere = new Set<PermissionKind>();
  const openedHere = new Set<PermissionKind>();
  const asking = new Map<PermissionKind, Promise<void>>();
  let systemAudioAnswered: boolean | undefined;
  let wasScreenGranted = false;
  let wasStale: Promise<boolean> | undefined;

  async function status(kind: PermissionKind): Promise<Permission> {
    switch (kind) {
      case 'microphone':
        return macMicrophoneFrom({
          electron: electronSays('microphone'),
          mayHaveChanged: openedHere.has(kind),
          evidence: evidence.get(kind),
          subject,
        });
      case 'system-audio':
        return macSystemAudioFrom({ answered: systemAudioAnswered, evidence: evidence.get(kind), subject });
      case 'screen-capture':
        return screenStatus();
      default:
        return assertNever(kind);
    }
  }

  async function screenStatus(): Promise<Permission> {
    // What an earlier run found, read before this one writes over it.
    wasStale ??= memory?.wasStale('screen-capture') ?? Promise.resolve(false);
    await wasStale;
    const said = { preflight: preflight(), electron: electronSays('screen') };
    if (isRefused(said) && said.electron !== 'restricted') await forgetWhatWasReset();
    const wasGranted = wasScreenGranted;
    wasScreenGranted ||= isGranted(said);
    const [stale, wasAsked] = await Promise.all([wasStale, memory?.wasAsked('screen-capture') ?? false]);
    return screenFrom({
      ...said,
      wasAsked: wasAsked || askedHere.has('screen-capture'),
      wasGranted,
      mayHaveChanged: askedHere.has('screen-capture') || openedHere.has('screen-capture'),
      evidence: evidence.get('screen-capture'),
      wasStale: stale,
      subject,
      bundleId,
    });
  }

  /** A grant that was stale and is gone was reset, as the person was told to do: macOS asks anew, if it is made to. */
  async function forgetWhatWasReset(): Promise<void> {
    const kind = 'screen-capture';
    if (memory === undefined || !(await memory.wasStale(kind))) return;
    wasStale = Promise.resolve(false);
    wasScreenGranted = false;
    evidence.delete(kind);
    askedHere.delete(kind);
    openedHere.delete(kind);
    await memory.forget(kind);
  }

  /** A display that sleeps is black whoever may see it. */
  function isAsleep(): boolean {
    try {
      return screen.kind === 'there' && screen.isAsleep?.() === true;
    } catch {
      return false;
    }
  }

  function preflight(): boolean | undefined {
    if (screen.kind === 'missing') return undefined;
    try {
      return screen.preflight();
    } catch {
      // Not to be called is what the answer then says.
      return undefined;
    }
  }

  function electronSays(kind: 'microphone' | 'screen'): string | undefined {
    try {
      return settings?.mediaAccess(kind);
    } catch (error) {
      return `failed: ${firstLineOf(error)}`;
    }
  }

  async function ask(kind: PermissionKind): Promise<void> {
    const isFirst = !askedHere.has(kind);
    if (kind === 'system-audio') {
      // Its settings may have changed since, and take hold without a restart.
      if (evidence.get(kind) !== 'content') evidence.delete(kind);
      if (!isFirst) systemAudioAnswered = undefined;
    } else {
      const { state, byCapture } = await status(kind);
      if (byCapture === true) evidence.delete(kind);
      if (state !== 'not-determined') return;
    }
    if (!isFirst) return;
    askedHere.add(kind);
    await memory?.noteAsked(kind);
    try {
      if (kind === 'screen-capture') await askForScreen();
      else {
        const answer = await settings?.askForMedia(kind);
        if (kind === 'system-audio') systemAudioAnswered = answer;
      }
    } catch {
      // Electron 45 does not know system-audio. Nobody was asked then, which is what `status` says.
      if (kind === 'microphone') askedHere.delete(kind);
    }
  }

  async function askForScreen(): Promise<void> {
    if (screen.kind === 'there') {
      try {
        await screen.request();
        return;
      } catch (error) {
        if (settings === undefined) throw error;
      }
    }
    await settings?.touchScreen();
  }

  const { watch, lookNow } = watching(status, LOOK_EVERY_MS);

  async function noteStale(kind: PermissionKind, seen: Evidence): Promise<void> {
    if (kind !== 'screen-capture' || memory === undefined) return;
    const { state, nextStep } = await status(kind);
    if (seen === 'content') {
      wasStale = Promise.resolve(false);
      await memory.noteStale(kind, false);
    } else if (state === 'denied' && (nextStep?.kind === 'quit-and-reopen' || nextStep?.kind === 'reset'))
      await memory.noteStale(kind, true);
  }

  return {
    status,
    request: async (kind) => {
      const underWay = asking.get(kind) ?? ask(kind).finally(() => asking.delete(kind));
      asking.set(kind, underWay);
      await underWay;
      lookNow(kind);
      return status(kind);
    },
    openSettings: (kind) => {
      openedHere.add(kind);
      if (kind === 'system-audio' && evidence.get(kind) !== 'content') evidence.delete(kind);
      return openPage('darwin', pageOf('darwin', kind, release), env, settings);
    },
    watch,
    witness: (kind, seen) => {
      if (kind === 'screen-capture' && seen === 'empty' && isAsleep()) return;
      evidence.set(kind, seen);
      if (kind === 'system-audio' && seen === 'content') systemAudioAnswered = undefined;
      void noteStale(kind, seen).finally(() => lookNow(kind));
    },
  };
}
