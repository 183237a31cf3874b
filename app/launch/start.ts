import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { defaultDataDir } from '../cli/data-dir.ts';
import { buildRenderer } from './build.ts';
import { startEmbedded } from './embedded.ts';

/**
 * `npm start`: builds, starts the embedded media service and a backend that hands out tokens, and opens the app on a
 * new session. The app itself never sees the API key.
 */
const root = join(import.meta.dirname, '..', '..');
const tell = (text: string) => void process.stderr.write(`${text}\n`);

await buildRenderer();
const dataDir = defaultDataDir();
const embedded = await startEmbedded(join(dataDir, 'service'), process.env).catch((error: Error) => {
  tell(`${error.message}\nClose the other Tallylight, or set TALLYLIGHT_DATA to another folder.`);
  process.exit(1);
});
tell(
  `The media service of this machine listens at ${embedded.server}; recordings are kept under ${dataDir}.`,
);

const electron = await electronRuntime();
const env = {
  ...process.env,
  TALLYLIGHT_CONNECT_URL: embedded.connectUrl,
  TALLYLIGHT_CONNECT_SECRET: embedded.connectSecret,
  TALLYLIGHT_DATA: join(dataDir, 'client'),
};
if (electron !== undefined) {
  const { bundleDesktop } = await import('../desktop/bundle.ts');
  await bundleDesktop();
}
const [program, args] =
  electron === undefined
    ? [process.execPath, ['--no-warnings', join(root, 'app', 'browser', 'main.ts')]]
    : [electron, [root]];
const app = spawn(program, args, { env, stdio: 'inherit' });
// The app gets the terminal's Ctrl+C itself and finishes first; this process waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => signal !== 'SIGINT' && app.kill(signal));
const code = await new Promise<number>((resolve) => app.on('exit', (exit) => resolve(exit ?? 1)));
await embedded.close();
process.exit(code);

/** Electron's binary where its runtime was downloaded or can be; the package alone does not bring it. */
async function electronRuntime(): Promise<string | undefined> {
  if (process.env.TALLYLIGHT_HOST === 'browser') return undefined;
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined;
  const require = createRequire(import.meta.url);
  try {
    const dir = join(require.resolve('electron/package.json'), '..');
    const binary =
      { darwin: 'dist/Electron.app/Contents/MacOS/Electron', win32: 'dist/electron.exe' }[
        process.platform as string
      ] ?? 'dist/electron';
    const path = join(dir, binary);
    if (existsSync(path)) return path;
    tell("Fetching Electron's runtime …");
    await new Promise<void>((resolve) => {
      const install = spawn(process.execPath, [join(dir, 'install.js')], {
        stdio: 'ignore',
        timeout: 120_000,
      });
      install.on('exit', () => resolve());
      install.on('error', () => resolve());
    });
    return existsSync(path) ? path : undefined;
  } catch {
    // Not installed at all: the browser host serves.
    return undefined;
  }
}
