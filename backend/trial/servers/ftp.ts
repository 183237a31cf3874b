import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from './certificate.ts';
import { filesIn, freePort, growingIn, type StoreServer, startProgram } from './server.ts';

/**
 * vsftpd. Its anonymous users are those who know the password: no user of the machine is needed. With a certificate it takes
 * nothing but TLS, for commands and for data.
 */
export async function startFtp(password: string, certificate?: Certificate): Promise<StoreServer> {
  const root = await mkdtemp(join(tmpdir(), 'tallylight-ftp-'));
  const [home, jail] = [join(root, 'home'), join(root, 'jail')];
  const directory = join(home, 'store');
  for (const folder of [home, jail, directory]) await mkdir(folder);
  // The server leaves root for a user without rights, who has to pass; its home may not be writable.
  for (const [folder, mode] of [
    [root, 0o711],
    [home, 0o555],
    [jail, 0o555],
    [directory, 0o777],
  ] as const)
    await chmod(folder, mode);
  await writeFile(join(root, 'passwords'), `${password}\n`, { mode: 0o600 });
  const port = await freePort();
  await writeFile(join(root, 'config'), configOf(root, port, certificate), { mode: 0o600 });
  const stop = await startProgram(port, '/usr/sbin/vsftpd', [join(root, 'config')]);
  const place = (at: number, to = 'store') => ({
    kind: 'ftp' as const,
    host: '127.0.0.1',
    port: at,
    directory: to,
    ...(certificate === undefined
      ? { security: 'none' as const }
      : { security: 'tls' as const, ca: certificate.ca }),
  });
  return {
    port,
    place,
    nowhere: () => place(port, 'elsewhere'),
    credentials: JSON.stringify({ username: 'anonymous', password }),
    wrongCredentials: JSON.stringify({ username: 'anonymous', password: `not ${password}` }),
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

function configOf(root: string, port: number, certificate: Certificate | undefined): string {
  const isRoot = process.getuid?.() === 0;
  const lines = {
    listen: 'YES',
    listen_address: '127.0.0.1',
    listen_port: port,
    background: 'NO',
    ...(isRoot ? { ftp_username: 'nobody' } : { run_as_launching_user: 'YES' }),
    secure_chroot_dir: join(root, 'jail'),
    anonymous_enable: 'YES',
    local_enable: 'NO',
    anon_root: join(root, 'home'),
    secure_email_list_enable: 'YES',
    email_password_file: join(root, 'passwords'),
    write_enable: 'YES',
    anon_upload_enable: 'YES',
    anon_mkdir_write_enable: 'YES',
    anon_other_write_enable: 'YES',
    anon_world_readable_only: 'NO',
    anon_umask: '022',
    pasv_address: '127.0.0.1',
    seccomp_sandbox: 'NO',
    delay_failed_login: 0,
    ...(certificate === undefined ? {} : tlsOf(certificate)),
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function tlsOf({ certFile, keyFile }: Certificate) {
  return {
    ssl_enable: 'YES',
    rsa_cert_file: certFile,
    rsa_private_key_file: keyFile,
    allow_anon_ssl: 'YES',
    force_anon_logins_ssl: 'YES',
    force_anon_data_ssl: 'YES',
    ssl_tlsv1: 'NO',
    require_ssl_reuse: 'YES',
    ssl_ciphers: 'HIGH',
  };
}
