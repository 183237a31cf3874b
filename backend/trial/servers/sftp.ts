import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { filesIn, freePort, growingIn, type StoreServer, startProgram } from './server.ts';

/** OpenSSH, for the user that runs the test, who signs in by a key made for it. `subsystem`: what serves the files. */
export async function startSftp(
  subsystem = 'internal-sftp',
): Promise<StoreServer & { readonly hostKeys: readonly string[] }> {
  const root = await mkdtemp(join(tmpdir(), 'tallylight-sftp-'));
  const directory = join(root, 'store');
  await mkdir(directory);
  const make = (name: string, type: string) =>
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(root, name)], { stdio: 'pipe' });
  for (const [name, type] of [
    ['host-ed25519', 'ed25519'],
    ['host-ecdsa', 'ecdsa'],
    ['host-rsa', 'rsa'],
    ['client', 'ed25519'],
    ['stranger', 'ed25519'],
  ] as const)
    make(name, type);
  await writeFile(join(root, 'authorized'), await readFile(join(root, 'client.pub')), { mode: 0o600 });
  const port = await freePort();
  await writeFile(join(root, 'config'), configOf(root, port, subsystem));
  // sshd insists on this folder, and its package makes it only for a service that is started by the system.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const stop = await startProgram(port, '/usr/sbin/sshd', ['-D', '-e', '-f', join(root, 'config')]);
  const hostKeys = ['ed25519', 'ecdsa', 'rsa'].map((name) => fingerprintOf(join(root, `host-${name}.pub`)));
  const credentialsBy = async (key: string) =>
    JSON.stringify({
      username: userInfo().username,
      privateKey: await readFile(join(root, key), 'utf8'),
    });
  const place = (at: number, to = directory) => ({
    kind: 'sftp' as const,
    host: '127.0.0.1',
    port: at,
    directory: to,
    hostKeySha256: hostKeys[0] ?? '',
  });
  return {
    port,
    hostKeys,
    place,
    nowhere: () => place(port, join(root, 'elsewhere')),
    credentials: await credentialsBy('client'),
    wrongCredentials: await credentialsBy('stranger'),
    names: async () => (await filesIn(directory)).filter((name) => !name.includes('/.')),
    read: (object) => readFile(join(directory, object)),
    unfinished: async () => (await filesIn(directory)).filter((name) => name.endsWith('.part')),
    growing: () => growingIn(directory),
    directory,
    async stop() {
      await stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function configOf(root: string, port: number, subsystem: string): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...['ed25519', 'ecdsa', 'rsa'].map((name) => `HostKey ${join(root, `host-${name}`)}`),
    `AuthorizedKeysFile ${join(root, 'authorized')}`,
    'PidFile none',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    // Tests that are refused on purpose are no reason to keep the next one waiting.
    'MaxStartups 100',
    `Subsystem sftp ${subsystem}`,
    '',
  ].join('\n');
}

function fingerprintOf(path: string): string {
  return execFileSync('ssh-keygen', ['-l', '-f', path], { encoding: 'utf8' }).split(' ')[1] ?? '';
}
