import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { testFolder } from '../../main/vault/test-vault.ts';

export type Certificate = { readonly key: string; readonly cert: string };

/** An authority of a test's own, made by openssl in a folder of its own: `file` holds its certificate. */
export type Authority = {
  readonly file: string;
  /** A certificate that it signed. Times as openssl has them: `YYYYMMDDHHMMSSZ`; a day around now where left out. */
  readonly issue: (wish?: {
    readonly names?: string;
    readonly from?: string;
    readonly until?: string;
  }) => Certificate;
};

const HERE = 'DNS:localhost,IP:127.0.0.1';
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export function authority(folder: string): Authority {
  const file = join(folder, 'authority.pem');
  const key = join(folder, 'authority.key');
  openssl(['req', '-x509', ...EC, '-keyout', key, '-out', file, '-days', '2', '-subj', '/CN=Test authority']);
  const config = join(folder, 'ca.cnf');
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(
    config,
    [
      '[ca]\ndefault_ca = own\n[own]',
      ...[`database = ${folder}/index.txt`, `new_certs_dir = ${folder}`, 'rand_serial = yes'],
      ...['default_md = sha256', 'policy = any', 'unique_subject = no', 'copy_extensions = copy'],
      '[any]\ncommonName = supplied\n',
    ].join('\n'),
  );
  let count = 0;
  return {
    file,
    issue: ({ names = HERE, from = at(-1), until = at(1) } = {}) => {
      const base = join(folder, `leaf-${++count}`);
      const wish = ['-subj', '/CN=leaf', '-addext', `subjectAltName=${names}`];
      openssl(['req', '-new', ...EC, '-keyout', `${base}.key`, '-out', `${base}.csr`, ...wish]);
      const times = ['-startdate', from, '-enddate', until, '-notext', '-batch'];
      const by = ['-config', config, '-cert', file, '-keyfile', key];
      openssl(['ca', ...by, '-in', `${base}.csr`, '-out', `${base}.pem`, ...times]);
      return { key: readFileSync(`${base}.key`, 'utf8'), cert: readFileSync(`${base}.pem`, 'utf8') };
    },
  };
}

/** A certificate that vouches for itself. */
export async function selfSigned(): Promise<Certificate> {
  const base = join(await testFolder(), 'self');
  const wish = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${HERE}`, '-days', '2'];
  openssl(['req', '-x509', ...EC, '-keyout', `${base}.key`, '-out', `${base}.pem`, ...wish]);
  return { key: readFileSync(`${base}.key`, 'utf8'), cert: readFileSync(`${base}.pem`, 'utf8') };
}

/** So many days from now, as openssl writes times. */
export function at(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}

/** TLS in front of a service on loopback, for whatever is spoken within it; `shown` counts who got through. */
export async function tlsBefore(target: () => string, options: TlsOptions) {
  let shown = 0;
  const server = createServer(options, (socket) => {
    shown += 1;
    const { hostname, port } = new URL(target());
    const service = connect(Number(port), hostname);
    const end = () => {
      socket.destroy();
      service.destroy();
    };
    for (const side of [socket, service]) side.on('error', end).on('close', end);
    socket.pipe(service).pipe(socket);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, shown: () => shown };
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}
