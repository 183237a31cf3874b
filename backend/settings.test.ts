import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from './main.ts';
import { folder } from './trial/service.ts';

const S3 = {
  TALLYLIGHT_BLOBS: 's3://bucket',
  TALLYLIGHT_S3_ACCESS_KEY_ID: 'hush-id',
  TALLYLIGHT_S3_SECRET_ACCESS_KEY: 'hush-secret',
};

/** Each with the variable that is named, and something of what it takes. */
const WRONG: readonly [string, string, Readonly<Record<string, string>>][] = [
  ['TALLYLIGHT_DATABASE_URL', 'postgres://', { TALLYLIGHT_DATABASE_URL: 'mysql://ada:hush@db' }],
  ['TALLYLIGHT_BLOBS', 's3://bucket', { TALLYLIGHT_BLOBS: 'https://ada:hush@s3.example.org' }],
  [
    'TALLYLIGHT_S3_ENDPOINT',
    'https://',
    { ...S3, TALLYLIGHT_S3_ENDPOINT: 'https://ada:hush@s3.example.org' },
  ],
  ['TALLYLIGHT_S3_SECRET_ACCESS_KEY', '_FILE', { ...S3, TALLYLIGHT_S3_SECRET_ACCESS_KEY: '' }],
  ['TALLYLIGHT_MASTER_KEY', '32 bytes in base64', { TALLYLIGHT_MASTER_KEY: 'hush' }],
  ['TALLYLIGHT_MASTER_KEY_COMMAND', '32 bytes in base64', { TALLYLIGHT_MASTER_KEY_COMMAND: 'echo hush' }],
  ['TALLYLIGHT_MASTER_KEY_COMMAND', '32 bytes in base64', { TALLYLIGHT_MASTER_KEY_COMMAND: 'exit 1 # hush' }],
  ['TALLYLIGHT_MASTER_KEY_FILE', '32 bytes', { TALLYLIGHT_MASTER_KEY_FILE: join('/', 'none', 'key') }],
  ['TALLYLIGHT_PUBLIC_URL', 'https:', { TALLYLIGHT_BEHIND_TLS_PROXY: '1' }],
  ['TALLYLIGHT_INSTANCE_URL', 'http://', { TALLYLIGHT_INSTANCE_URL: 'ada:hush' }],
  ['TALLYLIGHT_SECURITY_CONTACT', 'mailto:', { TALLYLIGHT_SECURITY_CONTACT: 'ada' }],
  ['TALLYLIGHT_CREDENTIALS_MAX', '100 to 100000', { TALLYLIGHT_CREDENTIALS_MAX: 'many' }],
  ['TALLYLIGHT_BACKUP_KEEP', 'from 1', { TALLYLIGHT_BACKUP_TO: '/tmp/none', TALLYLIGHT_BACKUP_KEEP: '0' }],
  ['TALLYLIGHT_WEBHOOK_ALLOW', 'host:port', { TALLYLIGHT_WEBHOOK_ALLOW: 'http://' }],
  ['TALLYLIGHT_DESTINATION_ALLOW', 'host:port', { TALLYLIGHT_DESTINATION_ALLOW: 'http://' }],
  ['TALLYLIGHT_AUDIT_ANCHOR', 'a file', { TALLYLIGHT_AUDIT_ANCHOR: '/none/heads.json' }],
];

test.each(WRONG)(
  '%s that cannot be used is named, with what it takes (%s), and nothing secret',
  async (variable, takes, variables) => {
    const started = await serve({ dataDir: await folder(), port: 0, variables });
    if (started.ok) await started.value.close();
    const error = started.ok ? undefined : started.error;
    expect(error).toMatchObject({ code: 'setting-refused' });
    expect(error?.detail?.split(': ')[0]).toBe(variable);
    expect(error?.detail).toContain(takes);
    expect(JSON.stringify(error)).not.toContain('hush');
  },
);
