import { expect, test } from 'vitest';
import { grantIn } from './given-grant.ts';

const where = { server: 'https://media.example.com', session: 'cap-0123456789' };
const key = 'tl_live_0123456789';

test('[P07][P22] an API key is never taken for a token, wherever it is given: it leaves for nowhere', () => {
  for (const [given, env] of [
    [{ ...where, token: key }, {}],
    [where, { TALLYLIGHT_TOKEN: key }],
  ] as const) {
    const grant = grantIn(given, env);
    expect(grant).toMatchObject({
      error: { code: 'not-authorised', detail: expect.stringContaining('this is an API key: revoke it') },
    });
    expect(JSON.stringify(grant)).not.toContain(key);
  }
  expect(grantIn(where, { TALLYLIGHT_TOKEN: 'st-x' })).toMatchObject({ ok: true, value: { token: 'st-x' } });
});
