/**
 * Token servers on another host than their registry's that may see its credentials.
 *
 * Everywhere else a credential goes to the very host the user logged in to: ghcr.io, quay.io, gcr.io, *.pkg.dev, *.azurecr.io, *.dkr.ecr.*.amazonaws.com,
 * public.ecr.aws and codeberg.org all name themselves. lscr.io answers with ghcr.io's realm and is anonymous on purpose.
 * Source: Docker Hub and GitLab documentation; for the attack, CVE-2020-15157 and google/go-containerregistry#2193.
 */
const TRUSTED_PAIRS: ReadonlyMap<string, readonly string[]> = new Map([
  ['docker.io', ['auth.docker.io']],
  ['registry-1.docker.io', ['auth.docker.io']],
  ['registry.gitlab.com', ['gitlab.com']],
]);

/**
 * Tells whether a registry's credentials may be sent to the token server its challenge names.
 *
 * Hosts match exactly, port included. `location` is set where the user's configuration puts the registry elsewhere.
 */
export function isTrustedRealm(asked: {
  readonly registry: string;
  readonly location: URL | null;
  readonly realm: URL;
  readonly allowed: readonly string[];
}): boolean {
  const { registry, location, realm, allowed } = asked;
  if (realm.host === hostOf(registry)) return true;
  if (location !== null && realm.host === location.host) return true;
  return [...(TRUSTED_PAIRS.get(registry) ?? []), ...allowed].some((host) => host.toLowerCase() === realm.host);
}

/** A host the way a URL writes it: lowercase, and without `:443`. */
function hostOf(registry: string): string {
  return URL.canParse(`https://${registry}`) ? new URL(`https://${registry}`).host : registry;
}
