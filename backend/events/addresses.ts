import { BlockList, isIP } from 'node:net';

/** IPv4 that is not of the public internet: the special-purpose registry of IANA (RFC 6890 and its updates). */
const NOT_PUBLIC_4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Holds 169.254.169.254, where clouds give machines their credentials.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Azure's own service for its machines, in the middle of public space.
  ['168.63.129.16', 32],
] as const;

/**
 * Public IPv6 is 2000::/3 and nothing else. So IPv4 in IPv6 (::ffff:0:0/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48), ::1,
 * fc00::/7, fe80::/10 and ff00::/8 are out by not being in it; these are the exceptions within.
 */
const PUBLIC_6 = ['2000::', 3] as const;
const NOT_PUBLIC_6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4 carries an IPv4 address of anybody's choice.
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const refused4 = new BlockList();
for (const [network, bits] of NOT_PUBLIC_4) refused4.addSubnet(network, bits, 'ipv4');
const refused6 = new BlockList();
for (const [network, bits] of NOT_PUBLIC_6) refused6.addSubnet(network, bits, 'ipv6');
const public6 = new BlockList();
public6.addSubnet(...PUBLIC_6, 'ipv6');

/** Whether this is an IP address that anybody on the internet could be asked at. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refused4.check(address, 'ipv4');
  return family === 6 && public6.check(address, 'ipv6') && !refused6.check(address, 'ipv6');
}
