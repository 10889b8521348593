import { parseReference } from '../core/reference.ts';
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
    const [name = '', host = '', ...rest] = entry.split('=');
    const registry = readRegistry(name);
    if (
      registry === null ||
      !URL.canParse(`https://${host}/`) ||
      new URL(`https://${host}/`).pathname !== '/' ||
      host === '' ||
      rest.length > 0
    ) {
      const hint = 'name the registry and its token server: --trust-realm registry.example.com=auth.example.com';
      throw new ImgupdateError('usage', `cannot read --trust-realm ${entry}: expected REGISTRY=HOST`, { hint });
    }
    realms.set(registry, [...(realms.get(registry) ?? []), new URL(`https://${host}/`).host]);
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
    const registry = readRegistry(entry);
    if (registry !== null) return registry;
    const hint = 'name a host, or a range of addresses: --insecure-registry registry.example.com:5000';
    throw new ImgupdateError('usage', `cannot read --insecure-registry ${entry}: expected HOST, HOST:PORT or a CIDR`, { hint });
  });
}

/**
 * Reads `--allow-host`, or what the configuration has instead, which `where` names: registries that may be asked about the base of an image though only the
 * image names them.
 *
 * @throws ImgupdateError 'usage'.
 */
export function readHosts(entries: readonly string[], where = '--allow-host '): readonly string[] {
  return entries.map((entry) => {
    const registry = readRegistry(entry);
    if (registry !== null) return registry;
    throw new ImgupdateError('usage', `cannot read ${where}${entry}: expected HOST or HOST:PORT`, {
      hint: `write a registry as references do: ${where.startsWith('--') ? where : ''}mcr.microsoft.com`,
    });
  });
}

/** A registry by its name, as a reference would have it; null for what is none. */
function readRegistry(name: string): string | null {
  if (name === 'registry-1.docker.io') return 'docker.io';
  if (name.includes('/')) return null;
  const reference = parseReference(`${name}/a/b`);
  if (!reference.ok) return null;
  const isHost = reference.value.repository === 'a/b';
  return isHost ? reference.value.registry : null;
}
