import Docker from 'dockerode';

import { engineAnswersBadly } from './failure.ts';
import type { EngineStream } from './stream.ts';
import { createTransport, type Answer, type TransportOptions } from './transport.ts';

/** The calls that are made to an engine. All are GET: nothing is ever written. The documents are not looked into here. */
export type Engine = {
  readonly product: 'docker' | 'podman';
  /** The minor number of the version of the API that is spoken: 41 for 1.41. */
  readonly apiMinor: number;
  readonly info: () => Promise<unknown>;
  readonly images: () => Promise<unknown>;
  readonly containers: () => Promise<unknown>;
  /** `platform`: an OCI platform as JSON (API 1.49); null for the one the engine would choose. */
  readonly inspectImage: (id: string, platform: string | null) => Promise<unknown>;
  /** How an image was made, newest step first. `platform`: as above (API 1.48). */
  readonly imageHistory: (id: string, platform: string | null) => Promise<unknown>;
  /** podman's own inspection of an image, which tells its history as the config has it, and the annotations of its manifest. */
  readonly inspectByPodman: (id: string) => Promise<unknown>;
  /** The image with all its layers as an archive; nothing is written, but the engine reads all of it. `platform`: as above (API 1.48). */
  readonly saveImage: (id: string, platform: string | null) => Promise<EngineStream>;
  readonly inspectContainer: (id: string) => Promise<unknown>;
  readonly isAlive: () => Promise<boolean>;
  readonly close: () => void;
};

/** An answer other than 2xx: the error of dockerode's own modem has the same field. */
export type Refusal = Error & { readonly statusCode: number };

/** The newest version of the API that is spoken, 1.54: of all later ones nothing is needed. */
const NEWEST_MINOR = 54;

/** Spoken by podman 4 and 5 alike. Source: podman, version/version.go, MinimalAPI. */
const LIBPOD_VERSION = 'v4.0.0';

/** From here on the list tells an image's identity, from what is on disk. */
const IDENTITY_IN_LIST = 54;

/**
 * From 1.53 on an inspection tells the identity too, and for that the engine verifies signatures, over the network if it has to: so where the list tells it, an
 * inspection is asked for in an older version, unless the engine refuses that as too old.
 * Source: moby, daemon/containerd/image_inspect.go and image_identity.go.
 */
const LAST_PLAIN_INSPECT = 52;

/**
 * Connects to an engine and agrees on a version of the API.
 *
 * Source: Engine API, "Versioning" and `GET /_ping`; podman answers it with a Libpod-Api-Version as well.
 * @throws ImgupdateError 'engine-unavailable' when nothing answers, or no engine does.
 */
export async function connectEngine(options: TransportOptions): Promise<Engine> {
  const transport = await createTransport(options);
  try {
    const ping = await transport.get('/_ping');
    const version = /^1\.(\d{1,3})$/.exec(String(ping.headers['api-version'] ?? ''));
    if (version === null)
      throw engineAnswersBadly(options.endpoint, `answered GET /_ping with status ${ping.status} and no version of the Engine API`);
    const apiMinor = Math.min(Number(version[1]), NEWEST_MINOR);
    const docker = createDocker(`/v1.${apiMinor}`, transport.get);
    const ask = async (path: string): Promise<unknown> => readDocument(await transport.get(path), path);
    const product = ping.headers['libpod-api-version'] === undefined ? 'docker' : 'podman';
    const inspecting = apiMinor < IDENTITY_IN_LIST ? docker : createDocker(`/v1.${LAST_PLAIN_INSPECT}`, transport.get);
    return {
      product,
      apiMinor,
      info: () => docker.info(),
      images: () =>
        docker.listImages({
          // podman takes a base that lost its name for a step of the build above it, and hides it with those.
          all: product === 'podman',
          ...(apiMinor >= 47 ? { manifests: true } : {}),
          ...(apiMinor >= IDENTITY_IN_LIST ? { identity: true } : {}),
        }),
      containers: () => docker.listContainers({ all: true }),
      inspectImage: (id, platform) => {
        const query: Docker.ImageInspectOptions & { readonly platform?: string } = platform === null ? {} : { platform };
        return inspecting
          .getImage(id)
          .inspect(query)
          .catch((error: unknown) => {
            if (inspecting === docker || !isRefusal(error) || error.statusCode !== 400) throw error;
            return docker.getImage(id).inspect(query);
          });
      },
      imageHistory: (id, platform) =>
        ask(`/v1.${apiMinor}/images/${encodeURIComponent(id)}/history${platform === null ? '' : queryOf({ platform })}`),
      saveImage: (id, platform) =>
        transport.open(`/v1.${apiMinor}/images/${encodeURIComponent(id)}/get${platform === null ? '' : queryOf({ platform })}`),
      inspectByPodman: (id) => ask(`/${LIBPOD_VERSION}/libpod/images/${encodeURIComponent(id)}/json`),
      inspectContainer: (id) => docker.getContainer(id).inspect(),
      isAlive: () =>
        transport.get('/_ping').then(
          () => true,
          () => false,
        ),
      close: transport.close,
    };
  } catch (error) {
    transport.close();
    throw error;
  }
}

/** Did the engine answer, with a refusal? */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}

type Call = { readonly path: string; readonly options?: Readonly<Record<string, unknown>> | undefined };
type Callback = (error: unknown, document?: unknown) => void;
type Modem = { readonly Promise: typeof Promise; readonly dial: (call: Call, callback: Callback) => void };

/**
 * dockerode over the transport of this folder.
 *
 * Its own modem takes DOCKER_HOST from the environment whatever it is told, does not read the user's ssh configuration, and never settles when an engine dies
 * in the middle of an answer.
 */
function createDocker(prefix: string, get: (path: string) => Promise<Answer>): Docker {
  const modem: Modem = {
    Promise,
    dial: ({ path, options }, callback) => {
      get(`${prefix}${path.replace(/\?$/, '')}${queryOf(options ?? {})}`).then(
        (answer) => settle(answer, path, callback),
        (error: unknown) => callback(error),
      );
    },
  };
  const options: Docker.DockerOptions & { readonly modem: Modem } = { modem };
  return new Docker(options);
}

function queryOf(options: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(options)) query.set(key, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function settle(answer: Answer, path: string, callback: Callback): void {
  let document: unknown;
  try {
    document = readDocument(answer, path);
  } catch (error) {
    callback(error);
    return;
  }
  callback(null, document);
}

/** @throws Refusal for a status other than 2xx, and for what is no JSON. */
function readDocument({ status, body }: Answer, path: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    document = undefined;
  }
  const where = `GET ${path.replace(/\?$/, '')}`;
  if (status < 200 || status > 299) throw refusal(status, `${where} was answered with status ${status}${messageOf(document)}`);
  if (document === undefined) throw refusal(status, `${where} was answered with something other than JSON`);
  return document;
}

function refusal(statusCode: number, message: string): Refusal {
  return Object.assign(new Error(message), { statusCode });
}

function messageOf(document: unknown): string {
  if (typeof document !== 'object' || document === null || !('message' in document)) return '';
  return typeof document.message === 'string' ? `: ${document.message}` : '';
}
