import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReference, renderFamiliar, renderReference, withDefaultTag } from '../core/reference.ts';
import { ImgupdateError } from '../errors.ts';
import { answer, jsonAnswer, withHeaders, type Answer } from './answer.ts';
import { containerInspect, containerSummary, engineId, imageInspect, imageSummary } from './engine-documents.ts';
import type { StoredContainer, StoredImage, StoreKind, View } from './engine-documents.ts';
import { imageHistory } from './engine-history.ts';
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
 * @throws ImgupdateError 'cannot-write' when there is no place for its socket.
 */
export async function startEngine(options: EngineOptions): Promise<EmbeddedEngine> {
  const directory = await makeDirectory();
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

async function makeDirectory(): Promise<string> {
  const parent = tmpdir();
  try {
    return await mkdtemp(join(parent, 'imgupdate-'));
  } catch (cause) {
    const hint = 'set TMPDIR to a folder you may write to';
    throw new ImgupdateError('cannot-write', `cannot make a folder for the embedded engine's socket in ${parent}`, { hint, cause });
  }
}

function createHandler(options: EngineOptions): (request: ServedRequest) => Answer {
  const apiVersion = options.apiVersion ?? '1.48';
  const store = options.store ?? 'classic';
  const id = randomUUID();
  const insecure = options.insecureRegistries ?? [];
  const images = indexImages(options.images, store);
  const containers = (options.containers ?? []).map((container) => ({ container, id: containerId(container) }));
  const isCurrent = (container: StoredContainer): boolean => images.find(container.reference) === container.image;
  const endpoints: readonly Endpoint[] = [
    [/^\/_ping$/, () => answer(200, { 'content-type': 'text/plain; charset=utf-8' }, 'OK')],
    [/^\/version$/, () => jsonAnswer(200, versionDocument(apiVersion))],
    [
      /^\/info$/,
      () => jsonAnswer(200, infoDocument({ id, images: options.images, containers: options.containers ?? [], insecure, store })),
    ],
    [
      /^\/images\/json$/,
      ({ query, view }) =>
        jsonAnswer(
          200,
          filterImages(options.images, query.get('filters') ?? '').map((stored) => imageSummary(stored, view)),
        ),
    ],
    [
      /^\/images\/(.+)\/json$/,
      ({ name, view }) => {
        const found = images.find(name);
        return found === null ? notFound(`No such image: ${withTag(name)}`) : jsonAnswer(200, imageInspect(found, view));
      },
    ],
    [
      /^\/images\/(.+)\/history$/,
      ({ name }) => {
        const found = images.find(name);
        if (found === null) return notFound(`No such image: ${withTag(name)}`);
        const history = imageHistory(found, store);
        return history === null ? jsonAnswer(500, { message: 'too many non-empty layers in History section' }) : jsonAnswer(200, history);
      },
    ],
    [
      /^\/containers\/json$/,
      ({ query, view }) => {
        const shown = containers.filter(({ container }) => container.running || isTrue(query.get('all')));
        return jsonAnswer(
          200,
          shown.map(({ container, id }) => containerSummary(container, id, { ...view, isCurrent: isCurrent(container) })),
        );
      },
    ],
    [
      /^\/containers\/([^/]+)\/json$/,
      ({ name, view }) => {
        const found = containers.find(({ container, id }) => container.name === name || (name.length >= 4 && id.startsWith(name)));
        return found === undefined
          ? notFound(`No such container: ${name}`)
          : jsonAnswer(200, containerInspect(found.container, found.id, view));
      },
    ],
  ];
  return (request) => withHeaders(dispatch(endpoints, { apiVersion, store }, request), engineHeaders(apiVersion));
}

/** `name`: what the pattern's group caught, decoded. */
type Call = { readonly name: string; readonly query: URLSearchParams; readonly view: View };

type Endpoint = readonly [pattern: RegExp, respond: (call: Call) => Answer];

function dispatch(
  endpoints: readonly Endpoint[],
  engine: { readonly apiVersion: string; readonly store: StoreKind },
  request: ServedRequest,
): Answer {
  const [, asked = engine.apiVersion, path = request.path] = /^\/v(\d+\.\d+)(\/.*)$/.exec(request.path) ?? [];
  const refusal = refuseVersion(asked, engine.apiVersion);
  if (refusal !== null) return jsonAnswer(400, { message: refusal });
  if (request.method !== 'GET' && request.method !== 'HEAD') return jsonAnswer(405, { message: 'method not allowed' });
  const view = { store: engine.store, apiMinor: minor(asked), manifests: isTrue(request.query.get('manifests')) };
  for (const [pattern, respond] of endpoints) {
    const match = pattern.exec(path);
    if (match !== null) return respond({ name: decodeURIComponent(match[1] ?? ''), query: request.query, view });
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

function filterImages(images: readonly StoredImage[], filters: string): readonly StoredImage[] {
  const dangling = /"dangling":\s*(?:\[|\{)"(true|1|false|0)"/.exec(filters)?.[1];
  return dangling === undefined ? images : images.filter((stored) => isTrue(dangling) === (stored.tags.length === 0));
}

const isTrue = (text: string | null): boolean => text === '1' || text === 'true';

const containerId = (container: StoredContainer): string => createHash('sha256').update(container.name).digest('hex');

const notFound = (message: string): Answer => jsonAnswer(404, { message });

const engineHeaders = (apiVersion: string): Readonly<Record<string, string>> => ({
  'api-version': apiVersion,
  'docker-experimental': 'false',
  ostype: 'linux',
  server: `Docker/${ENGINE_VERSION} (linux)`,
});
