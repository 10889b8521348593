import { parseHost, parseRealmHost } from '../core/host.ts';
import { ImgupdateError } from '../errors.ts';

/**
 * Reads `--trust-realm`: `registry.example.com=auth.example.com` lets that token server see the login for that registry.
 *
 * The port of https may be written or not, and Docker Hub by any of its names.
 * @throws ImgupdateError 'usage'.
 */
export function readTrustedRealms(entries: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const realms = new Map<string, string[]>();
  for (const entry of entries) {
    const [name = '', text = '', ...rest] = entry.split('=');
    const [registry, host] = [parseHost(name), parseRealmHost(text)];
    if (registry === null || host === null || rest.length > 0) {
      const hint = 'name the registry and its token server: --trust-realm registry.example.com=auth.example.com';
      throw new ImgupdateError('usage', `cannot read --trust-realm ${entry}: expected REGISTRY=HOST`, { hint });
    }
    realms.set(registry, [...(realms.get(registry) ?? []), host]);
  }
  return realms;
}

/**
 * Reads `--insecure-registry`: a host, with a port or not, or a range of addresses as dockerd takes it.
 *
 * @throws ImgupdateError 'usage'.
 */
export function readInsecureRegistries(entries: readonly string[]): readonly string[] {
  return entries.map((entry) => {
    if (/^[\da-fA-F.:]+\/\d{1,3}$/.test(entry)) return entry;
    const registry = parseHost(entry);
    if (registry !== null) return registry;
    const hint = 'name a host, or a range of addresses: --insecure-registry registry.example.com:5000';
    throw new ImgupdateError('usage', `cannot read --insecure-registry ${entry}: expected HOST, HOST:PORT or a CIDR`, { hint });
  });
}

/**
 * Reads `--allow-host`: registries that may be contacted, and asked about the base of an image though only the image names them.
 *
 * @throws ImgupdateError 'usage'.
 */
export function readHosts(entries: readonly string[]): readonly string[] {
  return entries.map((entry) => {
    const registry = parseHost(entry);
    if (registry !== null) return registry;
    throw new ImgupdateError('usage', `cannot read --allow-host ${entry}: expected HOST or HOST:PORT`, {
      hint: 'write a registry as references do: --allow-host mcr.microsoft.com',
    });
  });
}
