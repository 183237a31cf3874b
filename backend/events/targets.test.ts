import { expect, test } from 'vitest';
import { must } from '../trial/service.ts';
import { isPublicAddress } from './addresses.ts';
import { type Address, targetsOf } from './targets.ts';

const REFUSED = { ok: false, error: { code: 'target-forbidden' } };

const PRIVATE_SPELLINGS = [
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.0.0.1/',
  'https://0177.0.0.1/',
  'https://017700000001/',
  'https://127.0.0.1./',
  'https://127。0。0。1/',
  'https://①②⑦.0.0.1/',
  'https://%31%32%37.0.0.1/',
  'https://0/',
  'https://0.0.0.0/',
  'https://localhost/',
  'https://LOCALHOST/',
  'https://localhost./',
  'https://any.localhost/',
  'https://10.1.2.3/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.1.1/',
  'https://100.64.0.1/',
  'https://100.100.100.200/',
  'https://169.254.169.254/latest/meta-data/',
  'https://0xa9fea9fe/',
  'https://168.63.129.16/',
  'https://192.0.0.192/',
  'https://198.18.0.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://[::]/',
  'https://[::1]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b:1::a00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[2001::1]/',
  'https://[2001:db8::1]/',
  'https://[fc00::1]/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://[ff02::1]/',
  'https://127.0.0.1:8443/hook?x=1#y',
];

test.each(PRIVATE_SPELLINGS)(
  '[P36] %s is refused where it is named, and where it is sent to',
  async (url) => {
    const targets = must(targetsOf([], () => Promise.reject(new Error('a literal is not looked up'))));
    expect(targets.check(url)).toMatchObject(REFUSED);
    expect(await targets.locate(url)).toMatchObject(REFUSED);
  },
);

test.each([
  'http://example.org/hook',
  'http://93.184.216.34/',
  'ftp://example.org/',
  'file:///etc/passwd',
  'gopher://example.org/',
  'javascript:alert(1)',
  'data:text/plain,x',
  'https://name:password@example.org/',
  'https://name@example.org/',
  'https://',
  'example.org',
  '',
])('[P36] %s is no address for events', (url) => {
  expect(must(targetsOf()).check(url)).toMatchObject(REFUSED);
});

test.each(['https://example.org/hook', 'https://93.184.216.34:8443/', 'https://[2606:4700::1111]/'])(
  '%s is one',
  (url) => {
    expect(must(targetsOf()).check(url)).toMatchObject({ ok: true });
  },
);

const named = (...addresses: string[]) => {
  const found: Address[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return async () => found;
};

test.each([
  ['127.0.0.1'],
  ['10.0.0.1'],
  ['169.254.169.254'],
  ['::1'],
  ['::ffff:127.0.0.1'],
  ['64:ff9b::7f00:1'],
  ['93.184.216.34', '127.0.0.1'],
  ['2606:4700::1111', 'fd00::1'],
])('[P36] a public name that means %s %s is refused', async (...addresses) => {
  const targets = must(targetsOf([], named(...addresses)));
  expect(targets.check('https://rebound.example/')).toMatchObject({ ok: true });
  expect(await targets.locate('https://rebound.example/')).toMatchObject(REFUSED);
});

test('a name is told with all of its addresses, which are public', async () => {
  const targets = must(targetsOf([], named('93.184.216.34', '2606:4700::1111')));
  expect(must(await targets.locate('https://example.org/')).addresses).toEqual([
    { address: '93.184.216.34', family: 4 },
    { address: '2606:4700::1111', family: 6 },
  ]);
});

test('the admin allows a private host, on any port or on one', async () => {
  const targets = must(targetsOf(['hooks.internal', '127.0.0.1:9000', '[::1]:80'], named('10.0.0.7')));
  const isAllowed = (url: string) => targets.check(url).ok;
  expect(isAllowed('http://hooks.internal:1234/')).toBe(true);
  expect(isAllowed('https://hooks.internal/')).toBe(true);
  expect(isAllowed('http://127.0.0.1:9000/')).toBe(true);
  // One spelling is as good as another.
  expect(isAllowed('http://0x7f.1:9000/')).toBe(true);
  expect(isAllowed('http://[::1]/')).toBe(true);
  expect(isAllowed('http://127.0.0.1:9001/')).toBe(false);
  expect(isAllowed('https://127.0.0.1/')).toBe(false);
  expect(isAllowed('http://[::1]:81/')).toBe(false);
  expect(isAllowed('http://sub.hooks.internal/')).toBe(false);
  expect(isAllowed('ftp://hooks.internal/')).toBe(false);
  expect(must(await targets.locate('http://hooks.internal/')).addresses).toEqual([
    { address: '10.0.0.7', family: 4 },
  ]);
});

test.each(['https://hooks.internal', 'hooks.internal/path', 'a b', '127.0.0.1:99999', 'user@host'])(
  'what is allowed is a host, and %s is none',
  (entry) => {
    expect(targetsOf([entry])).toMatchObject({ ok: false, error: { code: 'setting-refused' } });
  },
);

test('what is not an address is not public', () => {
  for (const text of ['', 'localhost', '1.2.3', '999.1.1.1', ':::', '8.8.8.8 ', '0x08080808'])
    expect(isPublicAddress(text)).toBe(false);
});
