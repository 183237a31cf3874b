import type { Result } from '../contract/result.ts';
import type { Said } from '../contract/spoken/spoken.ts';

export const PERMISSION_KINDS = ['microphone', 'screen-capture', 'system-audio'] as const;
export type PermissionKind = (typeof PERMISSION_KINDS)[number];

/** `unknown` is not granted: it means that nobody here can tell. */
export type PermissionState = 'granted' | 'denied' | 'not-determined' | 'restricted' | 'unknown';

/** What the person can do about a permission. */
export type NextStep = {
  readonly kind: 'ask' | 'open-settings' | 'quit-and-reopen' | 'reset' | 'ask-admin' | 'other';
  /** For the person, e.g. what reads `Allow Tallylight under Privacy & Security, Microphone.` */
  readonly said: Said;
  /** The line to run in a terminal, where a window does not do. */
  readonly command?: string;
};

/** What the operating system says about one kind of capture, and how we know. */
export type Permission = {
  readonly kind: PermissionKind;
  readonly state: PermissionState;
  /** What was asked to find out, for the diagnostics view. */
  readonly source: string;
  /** For the person, in whose language the words are found where it is shown. */
  readonly said: Said;
  /** Null where there is nothing to do. */
  readonly nextStep: NextStep | null;
  /** The system says `granted`, and a capture of this process showed otherwise: `request` makes that forgotten. */
  readonly byCapture?: true;
};

/** What a capture that was really made showed; it outweighs what the system says of itself. */
export type Evidence =
  /** A picture, or a sample that is not zero. */
  | 'content'
  /** Data came, and it was black or digital silence. */
  | 'empty'
  /** Nothing came at all. */
  | 'nothing';

/** The operating system's own permissions. They never stand for consent. */
export type Permissions = {
  /** Looks, and never makes the system ask. */
  readonly status: (kind: PermissionKind) => Promise<Permission>;
  /**
   * Makes the system ask where it can and has not, and says what came of it. Where a capture of this process was
   * the judge, that is forgotten where a grant may have changed since: a new try is a new witness.
   */
  readonly request: (kind: PermissionKind) => Promise<Permission>;
  /** Opens the system's settings at the right place; `not-now` where there is none to open. */
  readonly openSettings: (kind: PermissionKind) => Promise<Result<void>>;
  /** Calls back with the present state and with every change; returns its own unsubscribe. */
  readonly watch: (kind: PermissionKind, listener: (permission: Permission) => void) => () => void;
  /**
   * Tells what a real capture of this process showed, and makes watchers look at once. `empty` and `nothing` mean
   * that there was something to see or hear: not a display that sleeps, not a microphone that is known to be muted.
   * Whether the system plays anything nobody knows, so that for its sound `empty` settles nothing.
   */
  readonly witness: (kind: PermissionKind, evidence: Evidence) => void;
};

/** Electron's systemPreferences, shell and app, as far as permissions need them. */
export type SystemSettings = {
  /** `getMediaAccessStatus`; the answer as it was given. */
  readonly mediaAccess: (kind: 'microphone' | 'screen') => string;
  /** `askForMediaAccess`; macOS. Rejects for a type that this Electron does not know. */
  readonly askForMedia: (kind: 'microphone' | 'system-audio') => Promise<boolean>;
  /** Makes macOS ask for the screen by a capture of one pixel. */
  readonly touchScreen: () => Promise<void>;
  /** Opens a settings page, e.g. `ms-settings:privacy-microphone`. */
  readonly openUrl: (url: string) => Promise<void>;
};

/** Remembers over restarts what the system does not say. Never rejects: what cannot be remembered is not known. */
export type AskedMemory = {
  /** Whether the system was ever made to ask. */
  readonly wasAsked: (kind: PermissionKind) => Promise<boolean>;
  /** Before the system is made to ask: a quit in mid-question must not look as if nobody was asked. */
  readonly noteAsked: (kind: PermissionKind) => Promise<void>;
  /** Whether the system said `granted` while a capture showed nothing, and no capture has shown anything since. */
  readonly wasStale: (kind: PermissionKind) => Promise<boolean>;
  readonly noteStale: (kind: PermissionKind, isStale: boolean) => Promise<void>;
  /** The system was made to forget, and so is what was remembered of it. */
  readonly forget: (kind: PermissionKind) => Promise<void>;
};
