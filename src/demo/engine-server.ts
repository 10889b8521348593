import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReference, renderFamiliar, renderReference, withDefaultTag } from '../core/reference.ts';
import { answer, jsonAnswer, withHeaders, type Answer } from './answer.ts';
import { containerInspect, containerSummary, engineId, imageInspect, imageSummary } from './engine-documents.ts';
import type { StoredContainer, StoredImage, StoreKind } from './engine-documents.ts';
import { ENGINE_VERSION, infoDocument, OLDEST_API_MINOR, versionDocument } from './engine-info.ts';
import { serve, type Intervention, type RequestRecord, type ServedRequest } from './serve.ts';

export type EngineOptions = {
  readonly images: readonly StoredImage[];
  readonly containers?: readonly StoredContainer[];
  /** `classic` without. */
  readonly store?: StoreKind;
  /** The newest version of the API it speaks; 1.48 without, which is Engine 28.0. */
  readonly apiVersion?: string;
  /** Registries it may reach without verified TLS: `host:port` or CIDR. */
  readonly insecureRegistries?: readonly string[];
  /** Without: a Unix socket, on Windows TCP. */
  readonly transport?: 'unix' | 'tcp';
  readonly latencyMs?: number;
  readonly intercept?: (request: ServedRequest) => Intervention | null;
};

export type EmbeddedEngine = {
  /** As DOCKER_HOST has it: `unix:///tmp/imgupdate-x8Jq2w/docker.sock`, `tcp://127.0.0.1:41234`. */
  readonly host: string;
  /** Every call so far, in the order of arrival; the list grows. */
  readonly calls: readonly RequestRecord[];
  /** Empties the list of calls. */
  readonly forget: () => void;
  readonly close: () => Promise<void>;
};

/**
 * Starts a store of images that speaks the reading part of the Docker Engine API. Its images are values; there is nothing to run.
 * Source: moby, api/swagger.yaml and api/docs/CHANGELOG.md.
 */
export async function startEngine(options: EngineOptions): Promise<EmbeddedEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'imgupdate-'));
  const socketPath = join(directory, 'docker.sock');
  const overTcp = (options.transport ?? (platform() === 'win32' || socketPath.length > LONGEST_SOCKET_PATH ? 'tcp' : 'unix')) === 'tcp';
  const served = await serve({
    handle: createHandler(options),
    intercept: options.intercept ?? (() => null),
    latencyMs: options.latencyMs ?? 0,
    tls: null,
    socketPath: overTcp ? null : socketPath,
  });
  return {
    host: overTcp ? `tcp://127.0.0.1:${served.port}` : `unix://${socketPath}`,
    calls: served.requests,
    forget: served.forget,
    close: async () => {
      await served.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What a `sockaddr_un` holds is shortest on macOS: 104 bytes with the closing zero. */
const LONGEST_SOCKET_PATH = 103;

function createHandler(options: EngineOptions): (request: ServedRequest) => Answer {
  const apiVersion = options.apiVersion ?? '1.48';
  const store = options.store ?? 'classic';
  const images = indexImages(options.images, store);
  const containers = (options.containers ?? []).map((container) => ({ container, id: containerId(container) }));
  const isCurrent = (container: StoredContainer): boolean => images.find(container.reference) === container.image;
  const endpoints: readonly Endpoint[] = [
    [/^\/_ping$/, () => answer(200, { 'content-type': 'text/plain; charset=utf-8' }, 'OK')],
    [/^\/version$/, () => jsonAnswer(200, versionDocument(apiVersion))],
    [
      /^\/info$/,
      () =>
        jsonAnswer(
          200,
          infoDocument({ images: options.images, containers: options.containers ?? [], insecure: options.insecureRegistries ?? [], store }),
        ),
    ],
    [/^\/images\/json$/, (request) => jsonAnswer(200, listImages(options.images, store, request))],
    [
      /^\/images\/(.+)\/json$/,
      (request, name) => {
        const found = images.find(name);
        return found === null
          ? notFound(`No such image: ${withTag(name)}`)
          : jsonAnswer(200, imageInspect(found, store, wantsManifests(request)));
      },
    ],
    [
      /^\/containers\/json$/,
      (request) => {
        const shown = containers.filter(({ container }) => container.running || isTrue(request.query.get('all')));
        return jsonAnswer(
          200,
          shown.map(({ container, id }) => containerSummary(container, id, { store, isCurrent: isCurrent(container) })),
        );
      },
    ],
    [
      /^\/containers\/([^/]+)\/json$/,
      (_request, name) => {
        const found = containers.find(({ container, id }) => container.name === name || (name.length >= 4 && id.startsWith(name)));
        return found === undefined
          ? notFound(`No such container: ${name}`)
          : jsonAnswer(200, containerInspect(found.container, found.id, store));
      },
    ],
  ];
  return (request) => withHeaders(dispatch(endpoints, apiVersion, request), engineHeaders(apiVersion));
}

/** A pattern of paths; what its group caught is given to the answer, decoded. */
type Endpoint = readonly [RegExp, (request: ServedRequest, name: string) => Answer];

function dispatch(endpoints: readonly Endpoint[], apiVersion: string, request: ServedRequest): Answer {
  const [, asked, path = request.path] = /^\/v(\d+\.\d+)(\/.*)$/.exec(request.path) ?? [];
  const refusal = asked === undefined ? null : refuseVersion(asked, apiVersion);
  if (refusal !== null) return jsonAnswer(400, { message: refusal });
  if (request.method !== 'GET' && request.method !== 'HEAD') return jsonAnswer(405, { message: 'method not allowed' });
  for (const [pattern, respond] of endpoints) {
    const match = pattern.exec(path);
    if (match !== null) return respond(request, decodeURIComponent(match[1] ?? ''));
  }
  return notFound('page not found');
}

function refuseVersion(asked: string, newest: string): string | null {
  if (minor(asked) > minor(newest)) return `client version ${asked} is too new. Maximum supported API version is ${newest}`;
  if (minor(asked) >= OLDEST_API_MINOR) return null;
  return `client version ${asked} is too old. Minimum supported API version is 1.${OLDEST_API_MINOR}, please upgrade your client to a newer version`;
}

const minor = (version: string): number => Number(version.split('.')[1]);

/** Finds images by name, digest, or the beginning of an id, as an engine does. */
function indexImages(images: readonly StoredImage[], store: StoreKind): { readonly find: (name: string) => StoredImage | null } {
  const known = new Map<string, StoredImage>();
  for (const stored of images) {
    known.set(engineId(stored, store), stored);
    for (const name of [...stored.tags, ...stored.repoDigests]) known.set(canonical(name), stored);
  }
  const findById = (prefix: string): StoredImage | null =>
    images.find((stored) => /^[0-9a-f]{4,64}$/.test(prefix) && engineId(stored, store).startsWith(`sha256:${prefix}`)) ?? null;
  return { find: (name) => known.get(name) ?? known.get(canonical(name)) ?? findById(name.replace(/^sha256:/, '')) };
}

function canonical(name: string): string {
  const reference = parseReference(name);
  return reference.ok ? renderReference(withDefaultTag(reference.value)) : name;
}

function withTag(name: string): string {
  const reference = parseReference(name);
  return reference.ok ? renderFamiliar(withDefaultTag(reference.value)) : name;
}

function listImages(images: readonly StoredImage[], store: StoreKind, request: ServedRequest): object[] {
  const dangling = /"dangling":\s*(?:\[|\{)"(true|1|false|0)"/.exec(request.query.get('filters') ?? '')?.[1];
  const shown = images.filter((stored) => dangling === undefined || isTrue(dangling) === (stored.tags.length === 0));
  return shown.map((stored) => imageSummary(stored, store, wantsManifests(request)));
}

const wantsManifests = (request: ServedRequest): boolean => isTrue(request.query.get('manifests'));

const isTrue = (text: string | null): boolean => text === '1' || text === 'true';

const containerId = (container: StoredContainer): string => createHash('sha256').update(container.name).digest('hex');

const notFound = (message: string): Answer => jsonAnswer(404, { message });

const engineHeaders = (apiVersion: string): Readonly<Record<string, string>> => ({
  'api-version': apiVersion,
  'docker-experimental': 'false',
  ostype: 'linux',
  server: `Docker/${ENGINE_VERSION} (linux)`,
});
