import { expect, test } from 'vitest';
import { createSessionRequest } from './wire.ts';

test.each(['.', '..', 'api_key', ' ada', 'ada ', 'a\nda', '\u0000', '\ud800', ''])(
  '[P19] nobody is recorded as %j, whom the routes of the recorded could not find again',
  (end_user_id) => {
    expect(createSessionRequest.safeParse({ end_user_id }).success).toBe(false);
  },
);

test.each(['ada', 'ada lovelace', 'ada@example.org', 'a/b', '...', '%2e', 'Адa', '🙂'])(
  'somebody may be called %j',
  (end_user_id) => {
    expect(createSessionRequest.safeParse({ end_user_id }).success).toBe(true);
  },
);
