#!/usr/bin/env node
// From a fresh clone to a running command: installs what is missing, says what, then hands over to the pinned Node.
// Plain JavaScript without dependencies, because it runs before there are any, on whatever Node the machine has.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const windows = process.platform === 'win32';

/**
 * What each command runs, and which programs it needs besides npm packages. What it only wants is installed where that
 * is possible; the command itself says what that lack means.
 */
const COMMANDS = {
  start: { entry: 'app/launch/start.ts', needs: ['ffmpeg', 'pactl'] },
  demo: { entry: 'app/launch/demo.ts', needs: ['ffmpeg', 'pactl', 'Xvfb', 'pulseaudio'] },
  test: {
    entry: 'app/launch/test.ts',
    needs: [
      ...['ffmpeg', 'pactl', 'Xvfb', 'pulseaudio', 'chromium', 'postgres', 'strace', 'unzip', 'xrandr'],
      ...['vsftpd', 'sshd', 'openssl'],
    ],
    wants: ['faketime'],
  },
  check: { entry: 'app/launch/check.ts', needs: [] },
  build: { entry: 'app/launch/build.ts', needs: [] },
  bench: { entry: 'bench/run.ts', needs: ['ffmpeg', 'pactl', 'Xvfb', 'pulseaudio'] },
  'bench:load': { entry: 'bench/load.ts', needs: ['ffmpeg'] },
  'bench:sync': { entry: 'bench/sync.ts', needs: ['ffmpeg', 'pactl', 'Xvfb', 'pulseaudio'] },
  'bench:loss': { entry: 'bench/loss.ts', needs: ['ffmpeg', 'pactl', 'Xvfb', 'pulseaudio'] },
  chaos: {
    entry: 'test/chaos/run.ts',
    needs: ['ffmpeg', 'pactl', 'Xvfb', 'pulseaudio', 'xrandr'],
    wants: ['faketime'],
  },
  'test:windows': {
    entry: 'test/windows/run.ts',
    needs: [],
    wants: ['ffmpeg', 'pactl', 'Xvfb', 'pulseaudio', 'debootstrap'],
  },
  notices: { entry: 'build/notices.ts', needs: [] },
  promises: { entry: 'app/launch/promises.ts', needs: [] },
};

/** Program, how to see that it is there, and the Debian package that brings it. */
const PROGRAMS = {
  ffmpeg: { found: () => process.env.TALLYLIGHT_FFMPEG || onPath('ffmpeg'), package: 'ffmpeg' },
  pactl: { found: () => onPath('pactl'), package: 'pulseaudio-utils', only: 'linux' },
  Xvfb: { found: () => onPath('Xvfb'), package: 'xvfb', only: 'linux' },
  pulseaudio: { found: () => onPath('pulseaudio'), package: 'pulseaudio', only: 'linux' },
  xrandr: { found: () => onPath('xrandr'), package: 'x11-xserver-utils', only: 'linux' },
  // Its library is what is used, and stands beside the program.
  faketime: { found: () => onPath('faketime'), package: 'faketime', only: 'linux' },
  debootstrap: { found: () => onPath('debootstrap'), package: 'debootstrap', only: 'linux' },
  strace: { found: () => onPath('strace'), package: 'strace', only: 'linux' },
  vsftpd: { found: () => existsSync('/usr/sbin/vsftpd'), package: 'vsftpd', only: 'linux' },
  sshd: { found: () => existsSync('/usr/sbin/sshd'), package: 'openssh-server', only: 'linux' },
  openssl: { found: () => onPath('openssl'), package: 'openssl', only: 'linux' },
  unzip: { found: () => onPath('unzip'), package: 'unzip', only: 'linux' },
  chromium: {
    found: () => ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].some(onPath),
    package: 'chromium',
    only: 'linux',
  },
  postgres: {
    found: () =>
      existsSync('/usr/lib/postgresql') &&
      readdirSync('/usr/lib/postgresql').some((version) =>
        existsSync(`/usr/lib/postgresql/${version}/bin/initdb`),
      ),
    package: 'postgresql',
    only: 'linux',
  },
};

const [command = 'start', ...rest] = process.argv.slice(2);
const plan = COMMANDS[command];
if (plan === undefined) {
  say(`There is no command ${command}. There are: ${Object.keys(COMMANDS).join(', ')}.`);
  process.exit(2);
}
ensurePackages();
const node = ensureNode();
ensurePrograms(plan.needs);
offerPrograms(plan.wants ?? []);
handOver(node, plan.entry, rest);

function say(text) {
  process.stderr.write(`${text}\n`);
}

function onPath(name) {
  const extensions = windows ? ['.exe', '.cmd'] : [''];
  return (process.env.PATH ?? '')
    .split(windows ? ';' : ':')
    .some((dir) => extensions.some((extension) => dir !== '' && existsSync(join(dir, name + extension))));
}

function run(program, args, options = {}) {
  // Our own lines go to stderr, so that `--json` commands keep stdout to themselves.
  return spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], shell: windows, ...options });
}

/** npm packages as the lock file says; a stamp tells whether the last complete install was of this lock file. */
function ensurePackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.tallylight-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('Installing the npm packages of package-lock.json (npm ci) …');
  if (run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']).status !== 0) {
    say('The npm packages could not be installed. Run `npm ci` to see why, then run this command again.');
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

/** The Node that the project pins, from the npm package `node`. */
function ensureNode() {
  const pinned = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
  if (!existsSync(pinned)) run('npm', ['rebuild', 'node']);
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned;
  say('The pinned Node is missing. Run `npm rebuild node` and see that it may run its install script.');
  process.exit(1);
}

function ensurePrograms(needs) {
  const packages = missingPackages(needs);
  if (packages.length === 0) return;
  const apt = hasApt();
  if (!apt || process.getuid() !== 0) {
    say(`Missing on this machine: ${packages.join(', ')}. Install with:\n  ${installCommand(apt, packages)}`);
    process.exit(1);
  }
  if (install(packages)) return;
  say(`apt-get could not install them. Try:\n  ${installCommand(apt, packages)}`);
  process.exit(1);
}

function offerPrograms(wants) {
  const packages = missingPackages(wants);
  if (packages.length === 0 || !hasApt() || process.getuid() !== 0) return;
  if (!install(packages)) say('apt-get could not install them. Going on without.');
}

function missingPackages(names) {
  return names
    .map((name) => PROGRAMS[name])
    .filter((program) => (program.only ?? process.platform) === process.platform && !program.found())
    .map((program) => program.package);
}

function hasApt() {
  return process.platform === 'linux' && onPath('apt-get');
}

function install(packages) {
  say(`Installing system packages with apt-get: ${packages.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return (
    run('apt-get', ['update', '-qq'], { env }).status === 0 &&
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env }).status === 0
  );
}

function installCommand(apt, packages) {
  if (apt) return `sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (process.platform === 'darwin') return `brew install ${packages.join(' ')}`;
  if (windows) return 'winget install Gyan.FFmpeg';
  return `your package manager's install of: ${packages.join(' ')}`;
}

/** Runs the command and ends as it ends. Ctrl+C reaches it by itself; it decides how to finish, and this waits. */
function handOver(pinned, entry, args) {
  const separator = windows ? ';' : ':';
  const path = [dirname(pinned), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(separator);
  const child = spawn(pinned, ['--no-warnings', join(root, entry), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(error.message);
    process.exit(1);
  });
  child.on('exit', (code) => process.exit(code ?? 1));
}
