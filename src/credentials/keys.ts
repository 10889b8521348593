import type { Repository } from '../core/reference.ts';

/** `docker`: keys name registries. `containers`: a key may also name a namespace or one repository of a registry. */
export type KeyStyle = 'docker' | 'containers';

/**
 * The address under which docker and its helpers keep a registry's credentials: `https://index.docker.io/v1/` for Docker Hub, else `host[:port]`.
 * Source: docker/cli, cli/command/registry; moby, daemon/pkg/registry, IndexServer.
 */
export function serverAddress(registry: string): string {
  return foldHub(registry) === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
}

/**
 * Chooses the key of `keys` that holds the credentials for a repository; null when none does.
 *
 * Docker: the exact address, then any key on the same host, whatever its scheme and path.
 * Containers: the most specific of `quay.io/a/b`, `quay.io/a`, `quay.io`, and only then docker's forms of the host.
 * Source: docker/cli, cli/config/credentials, ConvertToHostname; containers-auth.json(5), "FORMAT".
 */
export function chooseKey(keys: Iterable<string>, repository: Repository, style: KeyStyle): string | null {
  const all = [...keys];
  const host = foldHub(repository.registry);
  switch (style) {
    case 'docker': {
      const exact = all.find((key) => key === serverAddress(repository.registry));
      return exact ?? all.find((key) => foldHub(hostOf(key)) === host) ?? null;
    }
    case 'containers': {
      for (const scope of scopesOf(host, repository.repository)) {
        const found = all.find((key) => scopeOf(key) === scope);
        if (found !== undefined) return found;
      }
      return null;
    }
  }
}

/** `quay.io/a/b`, `quay.io/a`, `quay.io`. */
function scopesOf(host: string, repository: string): readonly string[] {
  const parts = repository.split('/');
  return [...parts.map((_, index) => [host, ...parts.slice(0, parts.length - index)].join('/')), host];
}

/** A key with a scheme, or with the path of a registry API version, names a host; any other path is a namespace. */
function scopeOf(key: string): string {
  const bare = stripScheme(key);
  const host = hostOf(key);
  const path = bare.slice(host.length).replace(/\/+$/, '');
  return bare !== key || path === '/v1' || path === '/v2' ? foldHub(host) : `${foldHub(host)}${path}`;
}

function hostOf(key: string): string {
  const bare = stripScheme(key);
  const slash = bare.indexOf('/');
  return slash === -1 ? bare : bare.slice(0, slash);
}

function stripScheme(key: string): string {
  return key.replace(/^https?:\/\//, '');
}

/** Docker Hub is one registry under three names. */
function foldHub(host: string): string {
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}
