import { BlockList, isIP } from 'node:net';

/** Addresses that a registry on the public internet has no business naming: this host, private, link-local, carrier and benchmarking ranges. */
const INTERNAL_RANGES = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '::/128',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
] as const;

/**
 * Link-local, and where clouds outside of it tell machines their secrets: EC2 and Google on IPv6, Alibaba, Oracle, Azure's wire server.
 *
 * Link-local IPv4 is also meant by its ways through IPv6: compatible (`::a9fe:a9fe`), NAT64, 6to4; what is mapped (`::ffff:...`) counts as IPv4 anyway.
 * Source: RFC 4291 section 2.5.5; RFC 6052 section 2.1; RFC 3056 section 2.
 */
const METADATA_RANGES = [
  '169.254.0.0/16',
  'fe80::/10',
  '::a9fe:0/112',
  '64:ff9b::a9fe:0/112',
  '2002:a9fe::/32',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32',
] as const;

const METADATA_NAMES: ReadonlySet<string> = new Set(['metadata.google.internal', 'metadata.goog', 'metadata', 'instance-data']);

const LOOPBACK_RANGES = ['127.0.0.0/8', '::1/128'] as const;

/**
 * Tells whether an IP address is loopback, private, link-local or unspecified.
 *
 * IPv4 written inside IPv6 (`::ffff:10.0.0.1`) counts as the IPv4 address.
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890).
 */
export function isInternalAddress(address: string): boolean {
  return INTERNAL_RANGES.some((range) => isInRange(address, range));
}

/** Tells whether a host as `URL.hostname` writes it is internal by its name alone, without asking DNS. */
export function isInternalHost(hostname: string): boolean {
  const address = literalAddress(hostname);
  if (address !== null) return isInternalAddress(address);
  return isLocalhost(hostname) || isMetadataHost(hostname);
}

/**
 * Tells whether a host is link-local or a cloud's metadata service, which hands out credentials and is never a registry.
 *
 * Nobody who is not there already may send a client there, not even a registry on a private network.
 * Source: RFC 3927; RFC 4291 section 2.5.6.
 */
export function isMetadataHost(hostname: string): boolean {
  const address = literalAddress(hostname);
  if (address !== null) return isMetadataAddress(address);
  return METADATA_NAMES.has(hostname.toLowerCase().replace(/\.$/, ''));
}

/** Tells the same of an IP address, with a zone (`fe80::1%eth0`) or without. */
export function isMetadataAddress(address: string): boolean {
  const bare = address.split('%', 1)[0] ?? '';
  return METADATA_RANGES.some((range) => isInRange(bare, range));
}

/** Tells whether a host is this machine: `localhost`, 127.0.0.0/8, `[::1]`. Source: RFC 6761 section 6.3. */
export function isLoopbackHost(hostname: string): boolean {
  const address = literalAddress(hostname);
  return address === null ? isLocalhost(hostname) : LOOPBACK_RANGES.some((range) => isInRange(address, range));
}

/** The IP address a host is written as, without brackets; null for a name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? null : bare;
}

/** Tells whether `address` lies in `range`, a CIDR; false when either is none. */
export function isInRange(address: string, range: string): boolean {
  const [network, prefixText] = splitRange(range);
  const networkFamily = isIP(network);
  const family = isIP(address);
  if (networkFamily === 0 || family === 0) return false;
  const prefix = Number(prefixText);
  if (!/^\d{1,3}$/.test(prefixText) || prefix > (networkFamily === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, networkFamily === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function isLocalhost(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost');
}

function splitRange(range: string): readonly [string, string] {
  const slash = range.lastIndexOf('/');
  return slash < 0 ? [range, ''] : [range.slice(0, slash), range.slice(slash + 1)];
}
