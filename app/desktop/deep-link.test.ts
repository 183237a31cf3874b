import { expect, test } from 'vitest';
import { connectLinkOf, linkAmong } from './deep-link.ts';

const CODE = 'c0de_that-is-used-once';

test.each([
  [`tallylight://connect?code=${CODE}`, null],
  [`tallylight://connect/?code=${CODE}`, null],
  [
    `tallylight://connect?code=${CODE}&backend=https%3A%2F%2Facme.example%2Ftally%2F`,
    'https://acme.example/tally',
  ],
  [`tallylight://connect?backend=http%3A%2F%2F127.0.0.1%3A8080&code=${CODE}`, 'http://127.0.0.1:8080'],
  // What looks like a well-known name is shown as what it is.
  [
    `tallylight://connect?code=${CODE}&backend=https%3A%2F%2F%D0%B0cme.example`,
    'https://xn--cme-5cd.example',
  ],
])('%s is a link of ours, to %s', (text, backend) => {
  expect(connectLinkOf(text)).toEqual({ code: CODE, backend });
});

test.each([
  '',
  'tallylight:',
  'tallylight://connect',
  'tallylight://connect?',
  'tallylight://connect?code=',
  'tallylight://connect?code=short',
  `tallylight://connect?code=${'x'.repeat(201)}`,
  `tallylight://connect?code=${CODE}&code=${CODE}`,
  `tallylight://connect?code=${CODE}&title=x`,
  `tallylight://connect?Code=${CODE}`,
  `tallylight://connect?code=${CODE}#x`,
  `tallylight://connect?code=${CODE} --inspect`,
  `tallylight://connect?code=${CODE}\n`,
  `tallylight://connect?code=%0A${CODE}`,
  `TALLYLIGHT://connect?code=${CODE}`,
  `tallylight:connect?code=${CODE}`,
  `tallylight://connect/../x?code=${CODE}`,
  `tallylight://connect.example.com?code=${CODE}`,
  `tallylight://user@connect?code=${CODE}`,
  `tallylight://connect:80?code=${CODE}`,
  `tallylight://record?code=${CODE}`,
  `https://connect?code=${CODE}`,
  `tallylight://connect?code=${CODE}&backend=http%3A%2F%2Facme.example`,
  `tallylight://connect?code=${CODE}&backend=https%3A%2F%2Fme%40acme.example`,
  `tallylight://connect?code=${CODE}&backend=https%3A%2F%2Facme.example%2F%3Fx`,
  `tallylight://connect?code=${CODE}&backend=file%3A%2F%2F%2Fetc%2Fpasswd`,
  `tallylight://connect?code=${CODE}&backend=javascript%3A1`,
  `tallylight://connect?code=${CODE}&backend=`,
  `tallylight://connect?code=${CODE}&backend=https%3A%2F%2F${'x'.repeat(2048)}.example`,
])('%.100s is none', (text) => {
  expect(connectLinkOf(text)).toBeUndefined();
});

test('among arguments one link is found, wherever it stands, and of two none', () => {
  const link = `tallylight://connect?code=${CODE}`;
  expect(linkAmong(['/opt/tallylight', '--no-sandbox', link, '--'])).toBe(link);
  expect(linkAmong(['/opt/tallylight', '--flag=tallylight://connect'])).toBeUndefined();
  expect(linkAmong([link, link])).toBeUndefined();
  expect(linkAmong([])).toBeUndefined();
});
