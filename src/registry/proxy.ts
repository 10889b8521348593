import { isInRange, isLoopbackHost, literalAddress } from './address.ts';

/** Proxies as the environment names them: `http` for http URLs, `https` for https URLs, `no` the comma list of exceptions. */
export type ProxySettings = { readonly http: string | null; readonly https: string | null; readonly no: string | null };

/**
 * Chooses the proxy a URL is asked through; null for none.
 *
 * Loopback is never asked through a proxy. `no` knows `*`, hosts, `.suffix` and `suffix` (both match subdomains), `host:port`, addresses and CIDR.
 * A proxy without a scheme is an http one.
 * Source: Go, golang.org/x/net/http/httpproxy, which docker, podman and skopeo use.
 */
export function chooseProxy(url: URL, settings: ProxySettings): URL | null {
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  if (proxy === null || proxy.trim() === '') return null;
  if (isLoopbackHost(url.hostname)) return null;
  const exceptions = (settings.no ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  if (exceptions.some((entry) => entry !== '' && excepts(entry, url))) return null;
  const text = proxy.includes('://') ? proxy : `http://${proxy}`;
  return URL.canParse(text) ? new URL(text) : null;
}

function excepts(entry: string, url: URL): boolean {
  if (entry === '*') return true;
  const address = literalAddress(url.hostname);
  if (entry.includes('/')) return address !== null && isInRange(address, entry);
  const [, host = entry, port = null] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const urlPort = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (literalAddress(entry) === null && port !== null && port !== urlPort) return false;
  const wanted = literalAddress(entry) ?? literalAddress(host);
  if (wanted !== null || address !== null) return wanted === address;
  const suffix = host.replace(/^\*?\./, '');
  return url.hostname.endsWith(`.${suffix}`) || (url.hostname === suffix && !host.startsWith('.') && !host.startsWith('*.'));
}
