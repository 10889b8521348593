import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { parseDigest, type Digest } from '../../../src/core/digest.ts';
import { serve, type Seen, type TestServer } from './server.ts';

/** What a fake registry does; everything else answers as distribution does. */
export type FakeOptions = {
  /** `bearer`: only a token of this server whose scope names the repository is accepted. */
  auth?: 'none' | 'basic' | 'bearer';
  /** Repositories nobody may pull from anonymously. */
  isPrivate?: (repository: string) => boolean;
  /** What the token endpoint does about scopes it will not grant. */
  onDenied?: 'subset' | 'refuse';
  /** Scopes the token endpoint reads. */
  readsScopes?: number;
  /** Headers of every answer to a manifest request. */
  headers?: (seen: Seen) => Record<string, string>;
  /** Goes first; true when it answered. */
  before?: (seen: Seen, response: ServerResponse) => boolean;
  expiresIn?: number;
  delayMs?: number;
};

export type FakeRegistry = TestServer & { heads: () => Seen[]; gets: () => Seen[]; tokens: () => Seen[]; unauthorized: () => number };

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** The manifest of every tag, and what it is called by. */
export const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: {}, layers: [] }));

export const manifestDigest = sha256(manifest);

export function sha256(bytes: Uint8Array | string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)!;
}

/** A registry in which every tag but `gone` exists and every repository but `missing/...` does. */
export async function serveRegistry(options: FakeOptions = {}): Promise<FakeRegistry> {
  const { auth = 'none', isPrivate = () => false, onDenied = 'subset', readsScopes = Number.POSITIVE_INFINITY } = options;
  const grants = new Map<string, Set<string>>();
  let refused = 0;

  const token = (seen: Seen, response: ServerResponse): void => {
    const hasLogin = seen.headers.authorization !== undefined || seen.method === 'POST';
    const scopes = seen.method === 'POST' ? (new URLSearchParams(seen.body).get('scope') ?? '').split(' ') : seen.query.getAll('scope');
    const names = scopes.slice(0, readsScopes).map((scope) => scope.replace(/^repository:|:pull$/g, ''));
    const granted = names.filter((name) => !name.startsWith('missing/') && (hasLogin || !isPrivate(name)));
    if (onDenied === 'refuse' && granted.length < names.length) {
      json(response, 403, { errors: [{ code: 'DENIED', message: 'requested access to the resource is denied' }] });
      return;
    }
    const text = `token-${grants.size}`;
    grants.set(text, new Set(granted));
    json(response, 200, { token: text, expires_in: options.expiresIn ?? 300 });
  };

  const isAllowed = (seen: Seen, repository: string): boolean => {
    const [scheme, value = ''] = (seen.headers.authorization ?? '').split(' ');
    if (auth === 'none') return true;
    if (auth === 'basic') return scheme === 'Basic';
    return scheme === 'Bearer' && grants.get(value)?.has(repository) === true;
  };

  const server = await serve(async (seen, response) => {
    if (options.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, options.delayMs));
    if (options.before?.(seen, response) === true) return;
    if (seen.path === '/token') {
      token(seen, response);
      return;
    }
    const [, repository = '', kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(seen.path) ?? [];
    if (!isAllowed(seen, repository)) {
      refused++;
      const realm = `http://${seen.headers.host ?? ''}/token`;
      const challenge =
        auth === 'basic' ? 'Basic realm="Registry"' : `Bearer realm="${realm}",service="fake",scope="repository:user/image:pull"`;
      json(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }, { 'www-authenticate': challenge });
      return;
    }
    const extra = { 'docker-distribution-api-version': 'registry/2.0', ...(kind === 'manifests' ? options.headers?.(seen) : {}) };
    if (kind === undefined || reference === 'gone') {
      json(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }, extra);
      return;
    }
    response.writeHead(200, {
      'content-type': MANIFEST_TYPE,
      'content-length': manifest.length,
      'docker-content-digest': manifestDigest,
      ...extra,
    });
    response.end(seen.method === 'HEAD' ? undefined : manifest);
  });

  return {
    ...server,
    heads: () => server.seen.filter(({ method }) => method === 'HEAD'),
    gets: () => server.seen.filter(({ method, path }) => method === 'GET' && path.includes('/manifests/')),
    tokens: () => server.seen.filter(({ path }) => path === '/token'),
    unauthorized: () => refused,
  };
}

export function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}
