import { isInRange, isLoopbackHost, literalAddress } from './address.ts';

/**
 * Registries whose API lives on another host than their name says.
 *
 * - docker.io: distribution/reference and moby ask registry-1.docker.io
 * - lscr.io: a front that redirects to ghcr.io, which asks for a token of its own that is lost on the way (containrrr/watchtower#257)
 */
const API_HOSTS: ReadonlyMap<string, string> = new Map([
  ['docker.io', 'registry-1.docker.io'],
  ['lscr.io', 'ghcr.io'],
]);

/**
 * Where a registry is asked. `bases` are to be tried in order, the second only when the first does not speak TLS.
 *
 * `insecure`: certificates are not verified and plain HTTP is allowed. `networks`: where its addresses have to be for that, when nothing else makes it
 * insecure; null otherwise.
 */
export type Endpoint = {
  readonly bases: readonly [URL, ...URL[]];
  readonly insecure: boolean;
  readonly networks: readonly string[] | null;
};

/**
 * Finds where a registry is asked: its place in `locations`, else its API host, else the host it is named after.
 *
 * Loopback and configured hosts are insecure as they are for dockerd: HTTPS without verification, then HTTP. Docker Hub never is. `addresses` are what the host's name
 * resolves to, for CIDR entries. `insecure` is what is said of this registry alone, and overrules loopback and every list; null: nothing.
 * Source: moby, daemon/pkg/registry, service_v2.go and config.go (isSecureIndex).
 * @returns null when `registry` is no host, or one that a URL takes for another, or its location is no http(s) URL.
 */
export function endpointFor(
  registry: string,
  configured: {
    readonly locations: ReadonlyMap<string, string>;
    readonly insecureRegistries: readonly string[];
    readonly addresses: readonly string[];
    readonly insecure: boolean | null;
  },
): Endpoint | null {
  const location = configured.locations.get(registry);
  const first = parseBase(location ?? `https://${API_HOSTS.get(registry) ?? registry}`);
  if (first === null || (location === undefined && !keepsName(registry, first))) return null;
  const isHub = location === undefined && first.host === API_HOSTS.get('docker.io');
  const listed = isHub || configured.insecure === false ? [] : configured.insecureRegistries;
  const isNamed =
    !isHub && (configured.insecure ?? (isLoopbackHost(first.hostname) || listed.some((entry) => isNamedBy(entry, registry, first))));
  const literal = literalAddress(first.hostname);
  const isWithin = (literal === null ? configured.addresses : [literal]).some((address) =>
    listed.some((entry) => isInRange(address, entry)),
  );
  const insecure = isNamed || isWithin;
  const networks = isNamed || !insecure || literal !== null ? null : listed.filter((entry) => entry.includes('/'));
  if (location !== undefined || !insecure) return { bases: [first], insecure, networks };
  const second = new URL(first);
  second.protocol = 'http:';
  return { bases: [first, second], insecure, networks };
}

/** Tells whether any entry can only be decided with a host's addresses. */
export function hasRanges(insecureRegistries: readonly string[]): boolean {
  return insecureRegistries.some((entry) => entry.includes('/'));
}

/**
 * A URL takes `127.1` and `0x7f.1` for 127.0.0.1, docker looks them up as they are written: asking there would be asking somebody else.
 * Source: WHATWG URL Standard, "IPv4 parser".
 */
function keepsName(registry: string, url: URL): boolean {
  if (url.pathname !== '/') return false;
  const apiHost = API_HOSTS.get(registry) ?? registry;
  return apiHost.startsWith('[') || (apiHost.replace(/:\d+$/, '').toLowerCase() === url.hostname && isShortEnough(url.hostname));
}

/** Source: RFC 1035 section 2.3.4. */
function isShortEnough(hostname: string): boolean {
  return hostname.length <= 253 && hostname.split('.').every((label) => label.length <= 63);
}

function parseBase(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  return url.username === '' && url.password === '' && url.search === '' ? url : null;
}

function isNamedBy(entry: string, registry: string, base: URL): boolean {
  const wanted = entry.toLowerCase();
  return [registry, base.host, base.hostname].some((name) => name.toLowerCase() === wanted);
}
