import type { ImageSource, Inventory, ListOptions, Memory, Warning } from '../../check/ports.ts';
import { chooseImages, chooseUnnamed, neverNamed } from '../listed/choose-images.ts';
import type { ListedImage, StoreKind } from '../listed/listed-image.ts';
import { installContainers } from './containers.ts';
import type { EngineEndpoint } from './endpoint.ts';
import { connectEngine, type Engine } from './engine.ts';
import { withExactBuilds } from './exact-builds.ts';
import { installImages } from './install-images.ts';
import { createAsker } from './ask-engine.ts';
import { createBuildReader, type InstalledVariant } from './read-build.ts';
import { createHistoryReader } from './read-history.ts';
import { createLayerSizesReader } from './read-layer-sizes.ts';
import { readContainers, readImages, readInfo } from './read-lists.ts';
import type { EngineInfo, ListedContainer } from './wire.ts';

export type DockerSourceOptions = {
  readonly endpoint: EngineEndpoint;
  /** Facts of images that cannot change are kept here, so that each image is inspected once in its life. */
  readonly facts: Pick<Memory, 'readFacts' | 'writeFacts'>;
  /** For one request to the engine. */
  readonly timeoutMs: number;
  /** Requests at once. */
  readonly concurrency: number;
  /** Environment of ssh, for engines on other machines. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * The images of a docker or podman engine. Only reads.
 *
 * Four calls, and one for each image that is not remembered: `/_ping`, `/info`, `/images/json`, `/containers/json`, `/images/{id}/json`. An image that
 * disappears meanwhile is left out; one that cannot be inspected is listed with what the list says, and a warning. The connection stays open until `close`, for
 * `readBuild` and `readLayerSizes`: one call for each image that is asked about and not remembered, `/images/{id}/history` or podman's `/libpod/images/{id}/json`;
 * where the exact history is wanted of docker, `/images/{id}/get`, read no further than to the config.
 * Source: Docker Engine API, 1.24 to 1.54; podman-system-service(1), compatibility API.
 */
export function createDockerSource(options: DockerSourceOptions): ImageSource {
  return { list: (listOptions) => list(options, listOptions) };
}

async function list(options: DockerSourceOptions, { all, holdings = false, signal, onProgress }: ListOptions): Promise<Inventory> {
  const engine = await connectEngine({ ...options, signal });
  const messages = new Set<string>();
  const warn = (message: string) => void messages.add(message);
  try {
    const [info, images, containers] = await Promise.all([
      readInfo(engine, warn),
      readImages(engine, options.endpoint),
      readContainers(engine, warn),
    ]);
    const { facts, concurrency } = options;
    const store = storeOf(engine, info, images);
    const wanted = distinctById(chooseImages(images, store, all));
    const unnamed = holdings ? distinctById(chooseUnnamed(images, store, wanted)) : [];
    const context = { engine, info, store, facts, concurrency, onProgress, warn };
    const installed = await installImages(context, [...wanted, ...unnamed]);
    const ask = createAsker({ engine, concurrency, signal });
    const readHistory = createHistoryReader({ engine, ask, facts });
    const unnamedIds = new Set(unnamed.map(({ id }) => id));
    const isUnnamed = ({ variant }: InstalledVariant): boolean => unnamedIds.has(variant.image.id);
    return {
      kind: 'docker-daemon',
      location: options.endpoint.location,
      // podman makes a new one up with each answer
      ...(info.identity === null || engine.product === 'podman' ? {} : { engineId: info.identity }),
      images: installed.filter((each) => !isUnnamed(each)).map(({ image }) => image),
      containers: await installContainers({ engine, concurrency, warn }, containers ?? []),
      insecureRegistries: info.insecureRegistries,
      warnings: [...messages].sort().map(toWarning),
      failures: [],
      readBuild: withExactBuilds(createBuildReader({ engine, ask, readHistory, listed: images, installed, facts }), {
        engine,
        endpoint: options.endpoint,
        installed,
        facts,
        signal,
      }),
      readLayerSizes: createLayerSizesReader({ installed, facts, readHistory }),
      ...(holdings
        ? {
            holdings: {
              unnamed: installed.filter(isUnnamed).map(({ image }) => image),
              usedIds: usedIds(containers, store === 'podman' ? neverNamed(unnamed) : []),
            },
          }
        : {}),
      close: engine.close,
    };
  } catch (error) {
    engine.close();
    throw error;
  }
}

function usedIds(containers: readonly ListedContainer[] | null, needed: readonly string[]): ReadonlySet<string> | null {
  if (containers === null) return null;
  return new Set([...needed, ...containers.flatMap(({ imageId, manifestDigest }) => [imageId, manifestDigest ?? imageId])]);
}

function toWarning(message: string): Warning {
  return { code: 'engine', message, image: null };
}

/**
 * Without /info the list tells: the classic store has neither descriptors nor manifests, and calls no image by a digest that a registry has.
 * Source: moby, daemon/containerd/image_list.go.
 */
function storeOf(engine: Engine, info: EngineInfo, images: readonly ListedImage[]): StoreKind {
  if (engine.product === 'podman') return 'podman';
  const isByTarget = ({ id, target, manifests, digests }: ListedImage): boolean =>
    target !== null || manifests !== null || digests.some((name) => name.endsWith(`@${id}`));
  return info.containerdStore || images.some(isByTarget) ? 'containerd' : 'classic';
}

/**
 * The containerd store of Engine 24 lists an image once for each platform and each of its names.
 * Source: moby 24.0, daemon/containerd/image_list.go.
 */
function distinctById(images: readonly ListedImage[]): readonly ListedImage[] {
  const distinct = new Map<string, ListedImage>();
  for (const image of images) {
    const known = distinct.get(image.id);
    distinct.set(image.id, known === undefined ? image : { ...image, ...joinNames(known, image) });
  }
  return [...distinct.values()];
}

function joinNames(a: ListedImage, b: ListedImage): Pick<ListedImage, 'names' | 'digests'> {
  return { names: [...new Set([...a.names, ...b.names])], digests: [...new Set([...a.digests, ...b.digests])] };
}
