import type { Result } from '../contract/result.ts';

export const PERMISSION_KINDS = ['microphone', 'screen-capture', 'system-audio'] as const;
export type PermissionKind = (typeof PERMISSION_KINDS)[number];

/** `unknown` is not granted: it means that nobody here can tell. */
export type PermissionState = 'granted' | 'denied' | 'not-determined' | 'restricted' | 'unknown';

/** What the operating system says about one kind of capture, and how we know. */
export type Permission = {
  readonly kind: PermissionKind;
  readonly state: PermissionState;
  /** What was asked to find out, for the diagnostics view. */
  readonly source: string;
  /** For the person. */
  readonly sentence: string;
  /** What they can do about it; null where there is nothing to do. */
  readonly nextStep: string | null;
};

/** The operating system's own permissions. They come before consent and never stand for it. */
export type Permissions = {
  /** Looks, and never makes the system ask. */
  readonly status: (kind: PermissionKind) => Promise<Permission>;
  /** Makes the system ask where it can, and says what came of it. */
  readonly request: (kind: PermissionKind) => Promise<Permission>;
  /** Opens the system's settings at the right place; `not-now` or `platform-not-yet` where there is none. */
  readonly openSettings: (kind: PermissionKind) => Promise<Result<void>>;
  /** Calls back with the present state and with every change; returns its own unsubscribe. */
  readonly watch: (kind: PermissionKind, listener: (permission: Permission) => void) => () => void;
};
