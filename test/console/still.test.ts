import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from '../../backend/main.ts';
import { folder, must, trial } from '../../backend/trial/service.ts';

const root = join(import.meta.dirname, '..', '..');

test('the console has the colours of the app', async () => {
  const [app, ours] = await Promise.all(
    ['renderer/style/tokens.css', 'backend/console/static/tokens.css'].map((path) =>
      readFile(join(root, path), 'utf8'),
    ),
  );
  expect(ours).toBe(app);
});

test('[P46] the service says where to report a weakness, as RFC 9116 has it', async () => {
  const service = await trial({
    securityContact: 'mailto:security@example.org',
    publicUrl: 'https://media.example.org',
  });
  const answer = await fetch(`${service.url}/.well-known/security.txt`);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const fields = Object.fromEntries(
    (await answer.text())
      .trim()
      .split('\n')
      .map((line) => line.split(/: (.*)/).slice(0, 2)),
  );
  expect(fields).toEqual({
    Contact: 'mailto:security@example.org',
    Expires: '2030-06-30T00:00:00.000Z',
    'Preferred-Languages': 'en',
    Canonical: 'https://media.example.org/.well-known/security.txt',
  });
  const silent = await trial();
  expect((await fetch(`${silent.url}/.well-known/security.txt`)).status).toBe(404);
});

test('[P46] the contact comes from TALLYLIGHT_SECURITY_CONTACT, and is an address', async () => {
  const start = async (contact: string) =>
    serve({ dataDir: await folder(), port: 0, variables: { TALLYLIGHT_SECURITY_CONTACT: contact } });
  expect(await start('security@example.org')).toMatchObject({
    ok: false,
    error: { code: 'setting-refused' },
  });
  expect(await start('https://example.org\nContact: mailto:x@y')).toMatchObject({ ok: false });
  const service = must(await start('https://example.org/report'));
  const text = await (await fetch(`${service.url}/.well-known/security.txt`)).text();
  await service.close();
  expect(text).toContain('Contact: https://example.org/report\n');
});
