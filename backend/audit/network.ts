import { isIPv4, isIPv6 } from 'node:net';

/** The network an address is of, /24 or /48: enough to act on, and nobody in particular. */
export function networkOf(address: string): string {
  // Sockets that take both kinds call IPv4 so (RFC 4291, section 2.5.5.2).
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').split('%')[0] ?? '';
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(plain)) return 'unknown';
  const [head = '', tail] = plain.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const zeros = tail === undefined ? [] : ['0', '0', '0'];
  const [first, second, third] = [...groups, ...zeros].map((group) => group.replace(/^0+(?=.)/, ''));
  return `${first}:${second}:${third}::/48`;
}
