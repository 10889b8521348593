/** What a request to a registry is about. */
export type Route =
  | { readonly kind: 'root' }
  | { readonly kind: 'token' }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string | null }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'invalid-name'; readonly repository: string }
  | { readonly kind: 'unknown' };

/**
 * Reads a request's path.
 *
 * A repository's name may hold words of the API itself: `/v2/blobs/manifests/manifests/1.0` asks for tag `1.0` of `blobs/manifests`.
 * Source: OCI distribution-spec v1.1, "Endpoints".
 */
export function readRoute(path: string): Route {
  if (path === '/v2' || path === '/v2/') return { kind: 'root' };
  if (path === '/token') return { kind: 'token' };
  const [, repository = '', rest = ''] =
    /^\/v2\/(.+)\/((?:manifests|referrers)\/[^/]+|tags\/list|blobs\/uploads\/?[^/]*|blobs\/[^/]+)$/.exec(path) ?? [];
  if (rest === '') return { kind: 'unknown' };
  if (!REPOSITORY.test(repository)) return { kind: 'invalid-name', repository };
  const last = decodeLast(rest);
  if (rest.startsWith('manifests/')) return { kind: 'manifest', repository, reference: last };
  if (rest.startsWith('referrers/')) return { kind: 'referrers', repository, digest: last };
  if (rest.startsWith('tags/')) return { kind: 'tags', repository };
  if (rest.startsWith('blobs/uploads')) return { kind: 'upload', repository, id: last === '' || last === 'uploads' ? null : last };
  return { kind: 'blob', repository, digest: last };
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** Clients escape the colon of a digest or not. */
const decodeLast = (rest: string): string => rest.slice(rest.lastIndexOf('/') + 1).replaceAll(/%3a/gi, ':');
