import { join } from 'node:path';
import { app } from 'electron/main';
import { errorOf } from '../../contract/result.ts';
import type { Capture } from '../../main/host.ts';
import { absentCapture } from './absent-capture.ts';
import { connectionFrom, withoutSecrets } from './connection.ts';
import { causeOf, log } from './log.ts';
import { loopbackSource } from './loopback/loopback-source.ts';
import type { Parts } from './parts.ts';
import { desktopSecrets } from './secrets.ts';
import { desktopShell } from './shell.ts';

/** Where ffmpeg has no input for what the system plays; elsewhere the sound server's monitor is recorded. */
const HEARS: ReadonlySet<NodeJS.Platform> = new Set(['darwin', 'win32']);

/** Opens main for this desktop. Never rejects: what hinders it is shown in the window, by a capture that tells it. */
export async function openDesktopCapture(parts: Parts): Promise<Capture> {
  const dataDir = dataDirOf(parts.env);
  const connection = connectionFrom(parts.env, parts.yourBackend);
  const env = withoutSecrets(parts.env);
  try {
    const secrets = await desktopSecrets(dataDir, parts);
    if (!secrets.ok) return absentCapture(secrets.error);
    const opened = await parts.openCapture({
      kind: 'desktop',
      dataDir,
      secrets: secrets.value,
      connection,
      log,
      env,
      shell: desktopShell(parts.platform, {
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
