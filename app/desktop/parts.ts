import type { Result } from '../../contract/result.ts';
import type { Capture, Connection, Host, SecretStore } from '../../main/host.ts';

/** What the desktop host is put together from; main.ts gives the real ones. */
export type Parts = {
  readonly openCapture: (host: Host) => Promise<Result<Capture>>;
  readonly keyFileSecrets: (dataDir: string) => Promise<Result<SecretStore>>;
  readonly yourBackend: (url: string, secret: string) => Connection;
  /** Gives a one-time code to your backend for such a secret. */
  readonly secretForCode: (url: string, code: string) => Promise<Result<string>>;
  /** Folder that holds `desktop/` (preload, tray icons) and `renderer/`. */
  readonly distDir: string;
  readonly platform: NodeJS.Platform;
  /** What this process was started with; a link may be among it. */
  readonly argv: readonly string[];
  /** The process's own environment: secrets are taken out of it. */
  readonly env: NodeJS.ProcessEnv;
};
