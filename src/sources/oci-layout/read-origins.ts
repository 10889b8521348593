import { groupBy } from '../../core/group.ts';
import { parseReference, type Reference, renderRepository, type Repository } from '../../core/reference.ts';

const SOURCE = 'containerd.io/distribution.source.';

/** What containerd takes for a label, key and value together. Source: containerd, pkg/labels/validate.go. */
const MAX_LABEL = 4096;

/** More than anyone pulls one image from. */
const MAX_ORIGINS = 64;

/**
 * Reads where an image was pulled from or pushed to, as containerd and Docker on its store record it at the descriptor of what they export:
 * `containerd.io/distribution.source.ghcr.io` is `acme/api,acme/api-copy`. `tags`: the names of the image.
 *
 * containerd leaves out a registry's port, and Docker writes both spellings: of these, the one counts that a name of the image has, else the one with the port. Where
 * there is only the one without, it is the registry of that host that the names have, if they have one.
 *
 * Who wrote the layout may have written anything here; so it is believed of the image's own tag and digests, and opens no way to a registry.
 * Source: containerd, core/remotes/docker/handler.go, AppendDistributionSourceLabel(), and core/images/archive/exporter.go; moby, daemon/containerd/image_pull.go.
 */
export function readOrigins(annotations: readonly ReadonlyMap<string, string>[], tags: readonly Reference[]): readonly Repository[] {
  const written = annotations.flatMap((each) => [...each].flatMap(([key, value]) => readLabel(key, value))).slice(0, MAX_ORIGINS);
  const bySpelling = groupBy(written, ({ host, path }) => `${withoutPort(host)}/${path}`);
  const origins = [...bySpelling.values()].flatMap((spellings) => {
    const [first] = spellings;
    if (first === undefined) return [];
    return chooseHosts(new Set(spellings.map(({ host }) => host)), tags).flatMap((host) => readRepository(host, first.path));
  });
  return [...new Map(origins.map((origin) => [renderRepository(origin), origin])).values()];
}

type Written = { readonly host: string; readonly path: string };

function readLabel(key: string, value: string): readonly Written[] {
  if (!key.startsWith(SOURCE) || key.length + value.length > MAX_LABEL) return [];
  const host = withBrackets(key.slice(SOURCE.length));
  return value.split(',').map((path) => ({ host, path }));
}

/** An IPv6 address has none where its port was taken away. */
function withBrackets(host: string): string {
  return host.startsWith('[') || host.split(':').length <= 2 ? host : `[${host}]`;
}

function chooseHosts(hosts: ReadonlySet<string>, tags: readonly Reference[]): readonly string[] {
  const named = new Set(tags.map(({ registry }) => registry).filter((registry) => [...hosts].some((host) => isSameHost(host, registry))));
  const both = [...hosts].filter((host) => named.has(host));
  if (both.length > 0) return both;
  const withPort = [...hosts].filter((host) => withoutPort(host) !== host);
  if (withPort.length > 0) return withPort;
  return named.size === 1 ? [...named] : [...hosts];
}

function isSameHost(a: string, b: string): boolean {
  return withoutPort(a) === withoutPort(b);
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, '');
}

/** Nothing where it is none, or where the host would be read as part of a name. */
function readRepository(host: string, path: string): readonly Repository[] {
  const parsed = parseReference(`${host}/${path}`);
  if (!parsed.ok) return [];
  const { registry, repository, tag, digest } = parsed.value;
  const isRead = registry === host || (registry === 'docker.io' && host === 'index.docker.io');
  return isRead && tag === null && digest === null ? [{ registry, repository }] : [];
}
