/**
 * Plain strings apart from the schemas, so that a preload script can import them without zod.
 * Calls are `noun.verb`. Adding one touches this list and schema.ts; a missing handler does not compile.
 */
export const CALL_NAMES = [
  'snapshot.read',
  'channels.refresh',
  'channel.choose',
  'session.agree',
  'session.pause',
  'session.resume',
  'session.stop',
  'session.renew',
  'interrupted.continue',
  'interrupted.finish',
  'consent.revoke',
  'permission.request',
  'permission.open-settings',
  'app.reopen',
  'settings.change',
  'library.list',
  'library.verify',
  'library.export',
  'library.cancel',
  'library.delete',
  'library.open',
  'library.close',
] as const;
export type CallName = (typeof CALL_NAMES)[number];

/** Those that ask for something beside the snapshot; all others are answered by a whole one. */
export type QueryName = 'library.list' | 'library.verify' | 'library.export' | 'library.open';
export type ActName = Exclude<CallName, QueryName>;

/** The one thing main sends by itself: a whole snapshot. */
export const SNAPSHOT_EVENT = 'snapshot';

/** Electron IPC channel names, and the message kinds over the loopback WebSocket. */
export const BRIDGE_CALL = 'tallylight:call';
export const BRIDGE_SNAPSHOT = 'tallylight:snapshot';
