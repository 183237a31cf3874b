import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { ok, type Result } from '../../contract/result.ts';
import { settingRefused } from '../../contract/setting.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * How this process meets others: by TLS 1.2 or newer, and only where their certificate holds, whatever Node's own variables
 * and options say. An authority of the admin's own is trusted beside the public ones: its certificates (PEM) lie in the file
 * that TALLYLIGHT_CA_FILE or Node's NODE_EXTRA_CA_CERTS names. To be called before the first connection. Error: `setting-refused`.
 */
export function secureTls(env: Readonly<Record<string, string | undefined>>): Result<void> {
  // Node looks it up at every connection; there is no way to go on with a bad certificate.
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  // `--tls-min-v1.0` in NODE_OPTIONS would lower it.
  tls.DEFAULT_MIN_VERSION = 'TLSv1.2';
  const file = env.TALLYLIGHT_CA_FILE;
  if (file === undefined || file === '') return ok(undefined);
  try {
    const own = readFileSync(file, 'utf8').match(PEM) ?? [];
    if (own.length === 0)
      return settingRefused(
        'TALLYLIGHT_CA_FILE',
        `there is no certificate in ${file}; it takes a file of them as PEM`,
      );
    for (const certificate of own) new X509Certificate(certificate);
    tls.setDefaultCACertificates([...new Set([...tls.getCACertificates('default'), ...own])]);
    return ok(undefined);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return settingRefused(
      'TALLYLIGHT_CA_FILE',
      `${file} cannot be used (${code}); it takes a file of certificates as PEM`,
    );
  }
}
