import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseDir, serviceDir } from '../cli/data-dir.ts';
import { buildRenderer } from './build.ts';
import { startEmbedded } from './embedded.ts';

/**
 * `npm start`: builds, starts the embedded media service and a backend that hands out tokens, and opens the app on a
 * new session. The app itself never sees the API key.
 */
const root = join(import.meta.dirname, '..', '..');
const tried = join(root, 'node_modules', '.tallylight-electron-tried');
const BINARIES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'dist/Electron.app/Contents/MacOS/Electron',
  win32: 'dist/electron.exe',
};
const tell = (text: string) => void process.stderr.write(`${text}\n`);

await buildRenderer();
const dataDir = baseDir();
const embedded = await startEmbedded(serviceDir(), process.env).catch((error: Error) => {
  tell(`${error.message}\nTALLYLIGHT_DATA can name another folder than ${dataDir}.`);
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
  TALLYLIGHT_DATA: dataDir,
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
  const { DISPLAY, WAYLAND_DISPLAY, TALLYLIGHT_HOST } = process.env;
  if (TALLYLIGHT_HOST === 'browser') return undefined;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return undefined;
  // Electron refuses its sandbox to root, and without it the app's own promises about the page do not hold.
  if (process.getuid?.() === 0) return undefined;
  const dir = join(root, 'node_modules', 'electron');
  const binary = join(dir, BINARIES[process.platform] ?? 'dist/electron');
  if (existsSync(binary)) return binary;
  if (!existsSync(dir) || triedToday()) return undefined;
  tell("Fetching Electron's runtime …");
  writeFileSync(tried, '');
  await new Promise<void>((resolve) => {
    const install = spawn(process.execPath, [join(dir, 'install.js')], { stdio: 'ignore', timeout: 120_000 });
    install.on('exit', () => resolve());
    install.on('error', () => resolve());
  });
  return existsSync(binary) ? binary : undefined;
}

/** A machine that cannot reach the download should not wait for it at every start. */
function triedToday(): boolean {
  return existsSync(tried) && Date.now() - statSync(tried).mtimeMs < 24 * 3_600_000;
}
