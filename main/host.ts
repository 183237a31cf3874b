import type { MediaWish } from '../contract/bridge/media-path.ts';
import type { Snapshot } from '../contract/bridge/snapshot.ts';
import type { FragmentHeader } from '../contract/fragment.ts';
import type { Result } from '../contract/result.ts';
import type { RefusedSetting } from '../contract/settings.ts';
import type { Warning } from '../contract/spoken/spoken.ts';
import type { SystemSettings } from '../native-permissions/permission.ts';
import type { ShellDisplay } from './channels/machine.ts';
import type { Network } from './network/network.ts';
import type { PcmSource } from './pipeline/pcm-source.ts';

/** What a host (app/*) brings to main. Main knows neither Electron nor a window. */
export type Host = {
  readonly kind: Snapshot['host'];
  /** Folder for the vault, the audit log and settings; made with mode 0700 where it is missing. */
  readonly dataDir: string;
  readonly secrets: SecretStore;
  readonly connection: Connection;
  readonly log: Log;
  /**
   * Environment for ffmpeg and the device lists: DISPLAY, PULSE_SERVER, PATH, TALLYLIGHT_FFMPEG; and what is set of sending:
   * TALLYLIGHT_MAX_UPLOAD_KBIT, TALLYLIGHT_METERED.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears of each fragment what became of it: for whoever measures what a crash costs. No media. */
  readonly onFragment?: FragmentWitness;
  /** Folder of the ffmpeg that was packaged with the app, where there is one. */
  readonly packagedDir?: string;
  /** Where files go that the person exports; where it is left out, into their home folder. */
  readonly exportDir?: string;
  /** What it knows of the machine's network; where it is left out, main asks the system for itself. */
  readonly network?: Network;
  /** What only a desktop shell can ask of the system; there is none behind a browser window or a command line. */
  readonly shell?: Shell;
};

/**
 * `taken`: captured, on its way to the vault; `kept`: in the vault, synced; `passed-on`: of a live-only channel. `atMs` is the
 * session clock at that moment.
 */
export type FragmentWitness = (
  step: 'taken' | 'kept' | 'passed-on',
  header: FragmentHeader,
  atMs: number,
) => void;

/** The operating system as a desktop shell (Electron) reaches it. What is left out, main asks the system for itself. */
export type Shell = {
  /** By which macOS knows the app, where it has one. */
  readonly bundleId?: string;
  /** macOS and Windows; Linux has none to ask. */
  readonly settings?: SystemSettings;
  readonly displays?: () => readonly ShellDisplay[];
  /** Where the pointer is, in the coordinates of `Channel.area`; null where nobody can say. Never throws. */
  readonly pointer?: () => { readonly x: number; readonly y: number } | null;
  /** macOS and Windows: what the system plays. Elsewhere the sound server's monitor is recorded. */
  readonly systemAudio?: PcmSource;
  /** Asks the person where a file is to go; undefined: they thought better of it. */
  readonly chooseFile?: (suggested: string) => Promise<string | undefined>;
  /** Finishes what records, ends the app and starts it anew. Where it is missing, nobody can but the person. */
  readonly reopen?: () => Promise<void>;
  /** What of the settings the system did not take, where a shell puts them into force. */
  readonly refused?: {
    readonly now: () => readonly RefusedSetting[];
    /** Calls back on every change; returns its own unsubscribe. */
    readonly onChange: (listener: () => void) => () => void;
  };
  /** Calls back on every change; returns its own unsubscribe. Linux tells neither `lock` nor `unlock`. */
  readonly onPower: (listener: (event: PowerEvent) => void) => () => void;
};

/** What the machine is about to do, or has just done. */
export type PowerEvent = 'suspend' | 'resume' | 'lock' | 'unlock';

/** Protects the vault's key at rest: the OS keychain, or a 0600 key file, which protects less and says so. */
export type SecretStore = {
  readonly kind: 'keychain' | 'key-file';
  /** What to tell the person where the protection is weaker than a keychain; null otherwise. */
  readonly warning: Warning | null;
  /** Encrypts a key of 32 bytes for this device. */
  readonly wrap: (key: Uint8Array) => Promise<Result<Uint8Array>>;
  readonly unwrap: (wrapped: Uint8Array) => Promise<Result<Uint8Array>>;
};

/** Leave to use one session of the media service. The token never reaches a log, a disk or a face. */
export type Grant = {
  /** Base URL of the media service. */
  readonly server: string;
  readonly sessionId: string;
  readonly title: string | null;
  readonly token: string;
  /** Unix time in milliseconds; null where it was given by hand and nobody said. */
  readonly expiresAtMs: number | null;
  /** RFC 7638 thumbprint of the key the service signs with, where your backend names it: then no other is accepted. */
  readonly serviceKey?: string;
};

/** Where sessions and tokens come from: your backend, or the command line. */
export type Connection = {
  /** A session to record into. */
  readonly open: () => Promise<Result<Grant>>;
  /** A fresh token for a session that was opened before, e.g. to deliver it after a restart. */
  readonly reopen: (server: string, sessionId: string) => Promise<Result<Grant>>;
};

/** Structured log; `fields` may hold ids, codes and numbers, never tokens, keys or media. */
export type Log = (
  event: string,
  fields?: Readonly<Record<string, string | number | boolean | null>>,
) => void;

/** A running capture process as its host sees it. */
export type Capture = {
  /** Runs one bridge call: parses the request, runs it, parses the answer. Safe for anything a face may send. */
  readonly call: (name: string, request: unknown) => Promise<Result<unknown>>;
  /** Media in the clear of the recording that is open in the library, for the host's own page alone. */
  readonly media: (wish: MediaWish) => Promise<Result<Uint8Array>>;
  /** Calls back with the latest snapshot at once and with every further one; returns its own unsubscribe. */
  readonly onSnapshot: (listener: (snapshot: Snapshot) => void) => () => void;
  /** Ends the recording if there is one, finalizes what is kept, releases devices and the data folder. */
  readonly close: () => Promise<void>;
};
