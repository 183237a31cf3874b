import { join } from 'node:path';
import { app } from 'electron/main';
import { errorOf, fail, type Result } from '../../contract/result.ts';
import type { Capture, SecretStore } from '../../main/host.ts';
import { absentCapture } from './absent-capture.ts';
import { type HeldConnection, withoutSecrets } from './connection.ts';
import { type Connected, keepConnection, keptConnection } from './connection-file.ts';
import { causeOf, log } from './log.ts';
import { loopbackSource } from './loopback/loopback-source.ts';
import type { Parts } from './parts.ts';
import type { Refusals } from './refusals.ts';
import { desktopSecrets } from './secrets.ts';
import { desktopShell } from './shell.ts';

/** Where ffmpeg has no input for what the system plays; elsewhere the sound server's monitor is recorded. */
const HEARS: ReadonlySet<NodeJS.Platform> = new Set(['darwin', 'win32']);

type Given = { readonly held: HeldConnection; readonly refusals: Refusals };

export type DesktopCapture = {
  readonly capture: Promise<Capture>;
  /** Keeps what this computer is connected with for its next start; see `keepConnection`. */
  readonly keep: (connected: Connected) => Promise<Result<boolean>>;
};

/** Opens main for this desktop. Never rejects: what hinders it is shown in the window, by a capture that tells it. */
export function openDesktopCapture(parts: Parts, given: Given): DesktopCapture {
  const { held } = given;
  const dataDir = dataDirOf(parts.env);
  const env = withoutSecrets(parts.env);
  const opening = openSecrets(dataDir, parts);

  async function open(): Promise<Capture> {
    const secrets = await opening;
    if (!secrets.ok) return absentCapture(secrets.error);
    if (held.backend() === null) takeUp(held, await keptConnection(dataDir, secrets.value));
    return openMain({ ...parts, env }, given, dataDir, secrets.value);
  }

  return {
    capture: open(),
    keep: async (connected) => {
      const secrets = await opening;
      return secrets.ok ? keepConnection(dataDir, secrets.value, connected) : secrets;
    },
  };
}

async function openSecrets(dataDir: string, parts: Parts): Promise<Result<SecretStore>> {
  try {
    return await desktopSecrets(dataDir, parts);
  } catch (error) {
    log('secrets.not-opened', { cause: causeOf(error) });
    return fail('internal');
  }
}

/** An address that this computer is set to is not overruled by one of before. */
function takeUp(held: HeldConnection, kept: Result<Connected | null>): void {
  if (!kept.ok) log('connection.not-taken-up', { code: kept.error.code });
  else if (kept.value !== null && (held.fixed ?? kept.value.backend) === kept.value.backend)
    held.use(kept.value);
}

async function openMain(
  parts: Parts,
  { held, refusals }: Given,
  dataDir: string,
  secrets: SecretStore,
): Promise<Capture> {
  try {
    const opened = await parts.openCapture({
      kind: 'desktop',
      dataDir,
      secrets,
      connection: held.connection,
      log,
      env: parts.env,
      shell: desktopShell(parts.platform, {
        refused: refusals,
        ...(HEARS.has(parts.platform) && { systemAudio: loopbackSource(parts.distDir, parts.platform) }),
      }),
      ...(app.isPackaged && { packagedDir: packagedFfmpeg(parts.distDir) }),
    });
    return opened.ok ? opened.value : absentCapture(opened.error);
  } catch (error) {
    log('capture.not-opened', { cause: causeOf(error) });
    return absentCapture(errorOf('internal'));
  }
}

/** Where everything of this user lies. Only after `ready`. */
function dataDirOf(env: Parts['env']): string {
  const base = env.TALLYLIGHT_DATA;
  return base === undefined || base === '' ? app.getPath('userData') : join(base, 'client');
}

/** `resources/ffmpeg`, beside the archive `resources/app.asar`: a program cannot be started from inside it. */
function packagedFfmpeg(distDir: string): string {
  return join(distDir, '..', '..', 'ffmpeg');
}
