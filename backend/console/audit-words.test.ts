import { expect, test } from 'vitest';
import { ROUTES } from '../routes/table.ts';
import { actorWords, deedWords, reasonWords } from './audit-words.ts';
import { CONSOLE_ROUTES } from './routes.ts';

test('[P29] everything that can be done has words for the log', () => {
  const actions = [...ROUTES, ...CONSOLE_ROUTES].flatMap(({ does }) => (does === null ? [] : [does]));
  const wordless = actions.filter((action) => deedWords({ action, outcome: 'done' }) === action);
  expect([...new Set(wordless)]).toEqual([]);
});

test('whatever changes something in the console is noted', () => {
  const unnoted = CONSOLE_ROUTES.filter(({ method, does }) => method === 'post' && does === null);
  // The password is noted where it is checked; the other two only show a page again.
  expect(unnoted.map(({ path }) => path)).toEqual([
    '/console/confirm',
    '/console/policy/:c/edit',
    '/console/policy/:c/review',
  ]);
});

test('an entry is a sentence', () => {
  expect(actorWords('admin:adm-1')).toEqual({ words: 'Admin', id: 'adm-1' });
  expect(actorWords('nobody')).toEqual({ words: 'Somebody unknown', id: '' });
  expect(actorWords('else')).toEqual({ words: '', id: 'else' });
  expect(deedWords({ action: 'video.delete', outcome: 'refused' })).toBe(
    'was refused: deleted the recording',
  );
  expect(deedWords({ action: 'video.delete', outcome: 'failed' })).toBe('failed: deleted the recording');
  expect(reasonWords('video-unknown')).toBe('There is no such recording.');
  expect(reasonWords('version 7')).toBe('version 7');
});
