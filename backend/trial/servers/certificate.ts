import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for 127.0.0.1 and the authority that gave it out; PEM, in files and as text. */
export type Certificate = {
  readonly folder: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
};

/** Made by openssl, by an authority that nobody else knows. The caller removes the folder. */
export async function makeCertificate(name = 'IP:127.0.0.1'): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-certificate-'));
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
  const fresh = ['-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...fresh, '-subj', '/CN=trial authority', '-keyout', 'ca.key', '-out', 'ca.pem');
  openssl('req', ...fresh, '-subj', '/CN=trial store', '-keyout', 'key.pem', '-out', 'request.pem');
  await writeFile(at('names'), `subjectAltName=${name}\n`);
  const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl('x509', '-req', '-in', 'request.pem', ...authority, '-extfile', 'names', '-out', 'cert.pem');
  const [cert, key, ca] = await Promise.all(
    ['cert.pem', 'key.pem', 'ca.pem'].map((file) => readFile(at(file), 'utf8')),
  );
  if (cert === undefined || key === undefined || ca === undefined) throw new Error('openssl has made three');
  return { folder, certFile: at('cert.pem'), keyFile: at('key.pem'), cert, key, ca };
}
