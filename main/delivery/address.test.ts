import { expect, test } from 'vitest';
import { serviceAddress } from './address.ts';

test.each([
  ['https://media.example.com/', 'https://media.example.com'],
  ['https://media.example.com/base//', 'https://media.example.com/base'],
  ['http://127.0.0.1:8400', 'http://127.0.0.1:8400'],
  ['http://localhost:1/', 'http://localhost:1'],
  ['http://[::1]:1', 'http://[::1]:1'],
])('%s is the address %s', (text, address) => {
  expect(serviceAddress(text)).toEqual({ ok: true, value: address });
});

test.each([
  'http://media.example.com',
  'http://127.0.0.1.example.com',
  'http://192.168.1.2',
  'ws://127.0.0.1',
  'file:///etc/passwd',
])('[P23] %s is not protected by TLS and refused', (text) => {
  expect(serviceAddress(text)).toMatchObject({ error: { code: 'insecure-address' } });
});

test.each([
  '',
  'media',
  'https://me:secret@example.com',
  'https://example.com/?a=1',
  'https://example.com/#a',
])('%j is no address of a server', (text) => {
  const refused = serviceAddress(text);
  expect(refused).toMatchObject({ error: { code: 'bad-request' } });
  expect(JSON.stringify(refused)).not.toContain('secret');
});
