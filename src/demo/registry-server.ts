import { answer, errorAnswer, jsonAnswer, withHeaders, type Answer } from './answer.ts';
import type { ImageOrIndex } from './images.ts';
import { answerBlob, answerManifest, answerReferrers, deleteManifest, receiveManifest } from './registry-api.ts';
import { createAuthority, type Action, type AuthOptions, type Authority, type Permit } from './registry-auth.ts';
import { openRepository, storeImage, type Content } from './registry-content.ts';
import { createQuota, type Quota, type QuotaOptions } from './registry-quota.ts';
import { readRoute, type Route } from './registry-routes.ts';
import { answerTags, type TagListing } from './registry-tags.ts';
import { answerUpload, type Uploads } from './registry-uploads.ts';
import { serve, type Intervention, type RequestRecord, type ServedRequest, type TlsIdentity } from './serve.ts';
import type { Digest } from '../core/digest.ts';

export type RegistryOptions = {
  /** Without: nobody is asked who they are. */
  readonly auth?: AuthOptions;
  /** Repositories that only the users named may see; the others are public. It needs `auth` to know who asks. */
  readonly privateTo?: ReadonlyMap<string, readonly string[]>;
  readonly quota?: QuotaOptions;
  readonly tagListing?: TagListing;
  readonly latencyMs?: number;
  readonly tls?: TlsIdentity;
  /** Asked before each answer; null lets it be the ordinary one. */
  readonly intercept?: (request: ServedRequest) => Intervention | null;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
};

export type EmbeddedRegistry = {
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** Stores an image; `tag` names it from now on, whatever it named before. With null it is found by digest only. */
  readonly put: (repository: string, tag: string | null, image: ImageOrIndex) => void;
  /** Lets a tag name what the repository already holds under `digest`. */
  readonly move: (repository: string, tag: string, digest: Digest) => void;
  /** Lets many tags name one image, in this order of age. */
  readonly putTags: (repository: string, tags: Iterable<string>, image: ImageOrIndex) => void;
  /** Removes a tag, or with null the whole repository. */
  readonly remove: (repository: string, tag: string | null) => void;
  /** Every request since the start or the last `forget`, in the order of arrival; the list grows. */
  readonly requests: readonly RequestRecord[];
  readonly counts: () => RequestCounts;
  readonly forget: () => void;
  /** Makes every token given so far invalid. */
  readonly revokeTokens: () => void;
  readonly close: () => Promise<void>;
};

/** What was asked, by kind. `challenges`: answers with 401. `peak`: the most requests at one moment. */
export type RequestCounts = {
  readonly total: number;
  readonly root: number;
  readonly tokens: number;
  readonly manifestHeads: number;
  readonly manifestGets: number;
  readonly blobs: number;
  readonly tags: number;
  readonly challenges: number;
  readonly peak: number;
};

/**
 * Starts a registry in memory on a free port of 127.0.0.1.
 *
 * It serves pulls and pushes, tag lists and referrers, and can ask for tokens as Docker Hub and ghcr.io do.
 * Source: OCI distribution-spec v1.1.
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const content: Content = new Map();
  const now = options.now ?? Date.now;
  const address = { host: '' };
  const url = (): string => `${options.tls === undefined ? 'http' : 'https'}://${address.host}`;
  const permit = createPermit(content, options.privateTo ?? new Map());
  const state: RegistryState = {
    content,
    uploads: { open: new Map(), next: 1 },
    authority: createAuthority({ auth: options.auth ?? { kind: 'none' }, url, permit, now }),
    quota: options.quota === undefined ? null : createQuota(options.quota, now),
    tagListing: options.tagListing ?? {},
  };
  const served = await serve({
    handle: (request) => handle(state, request),
    intercept: options.intercept ?? (() => null),
    latencyMs: options.latencyMs ?? 0,
    tls: options.tls ?? null,
    socketPath: null,
  });
  address.host = `127.0.0.1:${served.port}`;
  return {
    url: url(),
    host: address.host,
    put: (repository, tag, image) => storeImage(openRepository(content, repository), tag, image),
    move: (repository, tag, digest) => {
      openRepository(content, repository).tags.set(tag, digest);
    },
    putTags: (repository, tags, image) => {
      const target = openRepository(content, repository);
      storeImage(target, null, image);
      for (const tag of tags) target.tags.set(tag, image.digest);
    },
    remove: (repository, tag) => {
      if (tag === null) content.delete(repository);
      else content.get(repository)?.tags.delete(tag);
    },
    requests: served.requests,
    counts: () => countRequests(served.requests, served.peak()),
    forget: served.forget,
    revokeTokens: state.authority.revoke,
    close: served.close,
  };
}

type RegistryState = {
  readonly content: Content;
  readonly uploads: Uploads;
  readonly authority: Authority;
  readonly quota: Quota | null;
  readonly tagListing: TagListing;
};

/** Anyone may read what is public, users may also write. A repository that is missing looks like one that is private. */
function createPermit(content: Content, privateTo: ReadonlyMap<string, readonly string[]>): Permit {
  return (user, repository, actions) => {
    const members = privateTo.get(repository);
    if (members !== undefined && (user === null || !members.includes(user))) return [];
    if (!content.has(repository) && !actions.includes('push')) return [];
    return user === null ? actions.filter((action) => action === 'pull' && content.has(repository)) : actions;
  };
}

function handle(state: RegistryState, request: ServedRequest): Answer {
  const route = readRoute(request.path);
  if (route.kind === 'token') return state.authority.token(request);
  return withHeaders(handleApi(state, request, route), { 'docker-distribution-api-version': 'registry/2.0' });
}

function handleApi(state: RegistryState, request: ServedRequest, route: Exclude<Route, { kind: 'token' }>): Answer {
  if (route.kind === 'unknown') return answer(404, { 'content-type': 'text/plain' }, '404 page not found\n');
  if (route.kind === 'invalid-name') return errorAnswer(400, { code: 'NAME_INVALID', message: 'invalid repository name' });
  const admission = state.authority.admit(request, route.kind === 'root' ? null : needOf(request, route));
  if (!admission.admitted) return admission.answer;
  if (route.kind === 'root') return jsonAnswer(200, {});
  const ordinary = handleRepository(state, request, route);
  if (route.kind !== 'manifest' || state.quota === null) return ordinary;
  return state.quota.charge(request.method, admission.user, ordinary);
}

type RepositoryRoute = Extract<Route, { kind: 'manifest' | 'blob' | 'upload' | 'tags' | 'referrers' }>;

function needOf(request: ServedRequest, route: RepositoryRoute): { readonly repository: string; readonly action: Action } {
  return { repository: route.repository, action: route.kind === 'upload' ? 'push' : (ACTIONS[request.method] ?? 'push') };
}

const ACTIONS: Readonly<Record<string, Action>> = { GET: 'pull', HEAD: 'pull', DELETE: 'delete' };

function handleRepository(state: RegistryState, request: ServedRequest, route: RepositoryRoute): Answer {
  if (!METHODS[route.kind].includes(request.method))
    return errorAnswer(405, { code: 'UNSUPPORTED', message: 'the operation is unsupported' });
  const name = route.repository;
  if (route.kind === 'upload') {
    const target = openRepository(state.content, name);
    return answerUpload({ request, content: state.content, repository: name, target, uploads: state.uploads, id: route.id });
  }
  if (request.method === 'PUT' && route.kind === 'manifest') {
    return receiveManifest(request, { name, repository: openRepository(state.content, name) }, route.reference);
  }
  const repository = state.content.get(name);
  if (repository === undefined)
    return errorAnswer(404, { code: 'NAME_UNKNOWN', message: 'repository name not known to registry', detail: { name } });
  switch (route.kind) {
    case 'manifest':
      return request.method === 'DELETE'
        ? deleteManifest(repository, route.reference)
        : answerManifest(request, repository, route.reference);
    case 'blob':
      return answerBlob(repository, route.digest);
    case 'tags':
      return answerTags(request, { name, repository }, state.tagListing);
    case 'referrers':
      return answerReferrers(request, repository, route.digest);
  }
}

const METHODS: Readonly<Record<RepositoryRoute['kind'], readonly string[]>> = {
  manifest: ['GET', 'HEAD', 'PUT', 'DELETE'],
  blob: ['GET', 'HEAD'],
  upload: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
  tags: ['GET', 'HEAD'],
  referrers: ['GET', 'HEAD'],
};

function countRequests(requests: readonly RequestRecord[], peak: number): RequestCounts {
  const kinds = requests.map((request) => ({ ...request, kind: readRoute(request.path.split('?')[0] ?? '').kind }));
  const count = (kind: Route['kind']): number => kinds.filter((request) => request.kind === kind).length;
  const manifests = (method: string): number => kinds.filter((request) => request.kind === 'manifest' && request.method === method).length;
  return {
    total: requests.length,
    root: count('root'),
    tokens: count('token'),
    manifestHeads: manifests('HEAD'),
    manifestGets: manifests('GET'),
    blobs: count('blob'),
    tags: count('tags'),
    challenges: requests.filter((request) => request.status === 401).length,
    peak,
  };
}
