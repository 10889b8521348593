import type { ImageSource, Inventory, ListOptions, Memory, Warning } from '../../check/ports.ts';
import { shortDigest } from '../../core/digest.ts';
import type { Container, InstalledImage } from '../../core/installed.ts';
import { sanitizeText } from '../../core/text.ts';
import { mapBounded } from './bounded.ts';
import { hidesName, installContainer } from './containers.ts';
import type { EngineEndpoint } from './endpoint.ts';
import { connectEngine, isRefusal, type Engine } from './engine.ts';
import { decodeFacts, encodeFacts, type ImageFacts } from './facts.ts';
import { engineAnswersBadly } from './failure.ts';
import { installVariant, learnedFrom, listVariants, type Learned, type StoreKind, type Variant } from './variants.ts';
import {
  decodeContainerImage,
  decodeContainers,
  decodeImage,
  decodeImages,
  decodeInfo,
  type EngineInfo,
  type InspectedImage,
  type ListedContainer,
  type ListedImage,
} from './wire.ts';

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
 * Four calls, and one for each image that is not remembered: `/_ping`, `/info` (docker's only), `/images/json`, `/containers/json`, `/images/{id}/json`. An image that
 * disappears meanwhile is left out; one that cannot be inspected is listed with what the list says, and a warning.
 * Source: Docker Engine API, 1.24 to 1.54; podman-system-service(1), compatibility API.
 */
export function createDockerSource(options: DockerSourceOptions): ImageSource {
  return { list: (listOptions) => list(options, listOptions) };
}

type Context = DockerSourceOptions &
  ListOptions & { readonly engine: Engine; readonly warnings: Warning[]; readonly store: StoreKind; readonly info: EngineInfo };

async function list(options: DockerSourceOptions, listOptions: ListOptions): Promise<Inventory> {
  const engine = await connectEngine({ ...options, signal: listOptions.signal });
  const warnings: Warning[] = [];
  try {
    const [info, images, containers] = await Promise.all([
      readInfo(engine, warnings),
      readImages(engine, options.endpoint),
      readContainers(engine, warnings),
    ]);
    const context: Context = { ...options, ...listOptions, engine, warnings, info, store: storeOf(engine, info, images) };
    const wanted = images.filter((image) => listOptions.all || image.names.length > 0 || image.digests.length > 0);
    return {
      kind: 'docker-daemon',
      location: options.endpoint.location,
      images: await installImages(context, distinctById(wanted)),
      containers: await installContainers(context, containers),
      insecureRegistries: info.insecureRegistries,
      warnings,
    };
  } finally {
    engine.close();
  }
}

/** Of podman nothing in it matters: its RegistryConfig is always empty, and it takes longer than all other calls together. */
async function readInfo(engine: Engine, warnings: Warning[]): Promise<EngineInfo> {
  if (engine.product === 'podman') return decodeInfo(null);
  try {
    return decodeInfo(await engine.info());
  } catch (error) {
    if (!isRefusal(error)) throw error;
    warn(warnings, `what the engine says of itself is not known: ${sanitizeText(error.message, 300)}`);
    return decodeInfo(null);
  }
}

async function readImages(engine: Engine, endpoint: EngineEndpoint): Promise<readonly ListedImage[]> {
  try {
    const images = decodeImages(await engine.images());
    if (images !== null) return images;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw engineAnswersBadly(endpoint, `does not list its images: ${sanitizeText(error.message, 300)}`);
  }
  throw engineAnswersBadly(endpoint, 'does not list its images: GET /images/json was answered with something other than a list');
}

async function readContainers(engine: Engine, warnings: Warning[]): Promise<readonly ListedContainer[]> {
  try {
    const containers = decodeContainers(await engine.containers());
    if (containers !== null) return containers;
    warn(warnings, 'containers are not known: GET /containers/json was answered with something other than a list');
  } catch (error) {
    if (!isRefusal(error)) throw error;
    warn(warnings, `containers are not known: ${sanitizeText(error.message, 300)}`);
  }
  return [];
}

/** Without /info the list tells: the classic store has no descriptors. */
function storeOf(engine: Engine, info: EngineInfo, images: readonly ListedImage[]): StoreKind {
  if (engine.product === 'podman') return 'podman';
  return info.containerdStore || images.some((image) => image.target !== null) ? 'containerd' : 'classic';
}

/** The containerd store of Engine 24 lists an image once for each platform. */
function distinctById(images: readonly ListedImage[]): readonly ListedImage[] {
  return [...new Map(images.map((image) => [image.id, image])).values()];
}

async function installImages(context: Context, images: readonly ListedImage[]): Promise<readonly InstalledImage[]> {
  const variants = images.flatMap((image) => listVariants(image, context.store, context.engine.apiMinor));
  const remembered = context.facts.readFacts(variants.map((variant) => variant.factsKey).filter((key) => key !== null));
  const inspect = createInspector(context);
  const fresh = new Map<string, string>();
  const failures: string[] = [];
  let done = 0;
  const installed = await mapBounded(variants, context.concurrency, async (variant) => {
    const facts = recall(variant, remembered);
    const learned = facts === null ? await learn(variant, inspect) : { kind: 'learned' as const, value: { facts, identity: null } };
    context.onProgress((done += 1), variants.length);
    switch (learned.kind) {
      case 'gone':
        return null;
      case 'failed':
        failures.push(
          `image ${shortDigest(variant.image.id)} could not be inspected, so its layers and labels are not known: ${learned.message}`,
        );
        return install(context, variant, { facts: null, identity: null });
      case 'learned':
        if (variant.factsKey !== null && !remembered.has(variant.factsKey) && learned.value.facts !== null)
          fresh.set(variant.factsKey, encodeFacts(learned.value.facts));
        return install(context, variant, learned.value);
    }
  });
  if (fresh.size > 0) context.facts.writeFacts(fresh);
  reportFailures(context.warnings, failures);
  return installed.filter((image) => image !== null);
}

function recall(variant: Variant, remembered: ReadonlyMap<string, string>): ImageFacts | null {
  if (variant.factsKey === null || variant.identityByInspect) return null;
  const text = remembered.get(variant.factsKey);
  return text === undefined ? null : decodeFacts(text);
}

type Inspection =
  | { readonly kind: 'inspected'; readonly value: InspectedImage }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly message: string };

type Inspect = (id: string, query: string | null) => Promise<Inspection>;

/** Each image and platform is inspected once, also where several variants need the same answer. */
function createInspector({ engine }: Context): Inspect {
  const running = new Map<string, Promise<Inspection>>();
  return (id, query) => {
    const key = `${id} ${query ?? ''}`;
    const known = running.get(key);
    if (known !== undefined) return known;
    const inspection = inspectImage(engine, id, query);
    running.set(key, inspection);
    return inspection;
  };
}

async function inspectImage(engine: Engine, id: string, query: string | null): Promise<Inspection> {
  try {
    return { kind: 'inspected', value: decodeImage(await engine.inspectImage(id, query)) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!isRefusal(error) && !(await engine.isAlive())) throw error;
    // With a platform, 404 may also mean that the engine thinks otherwise of the platform.
    const missing =
      isRefusal(error) && error.statusCode === 404 && (query === null || (await inspectImage(engine, id, null)).kind === 'gone');
    return missing ? { kind: 'gone' } : { kind: 'failed', message: sanitizeText(error.message, 300) };
  }
}

type Learning = { readonly kind: 'learned'; readonly value: Learned } | Exclude<Inspection, { kind: 'inspected' }>;

async function learn(variant: Variant, inspect: Inspect): Promise<Learning> {
  const inspection = await inspect(variant.image.id, variant.query);
  return inspection.kind === 'inspected' ? { kind: 'learned', value: learnedFrom(variant, inspection.value) } : inspection;
}

function install(context: Context, variant: Variant, learned: Learned): InstalledImage {
  return installVariant(variant, learned, {
    store: context.store,
    enginePlatform: context.info.platform,
    onBadName: (image, message) =>
      warn(context.warnings, `image ${shortDigest(image.id)} has a name that cannot be used: ${sanitizeText(message, 300)}`),
  });
}

const MAX_NAMED_FAILURES = 5;

function reportFailures(warnings: Warning[], failures: readonly string[]): void {
  for (const message of failures.slice(0, MAX_NAMED_FAILURES)) warn(warnings, message);
  if (failures.length > MAX_NAMED_FAILURES) warn(warnings, `${failures.length - MAX_NAMED_FAILURES} more images could not be inspected`);
}

async function installContainers(context: Context, containers: readonly ListedContainer[]): Promise<readonly Container[]> {
  const installed = await mapBounded(containers, context.concurrency, async (container) => {
    if (!hidesName(container)) return installContainer(container, container.image);
    try {
      return installContainer(container, decodeContainerImage(await context.engine.inspectContainer(container.id)));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (error.statusCode === 404) return null;
      warn(
        context.warnings,
        `the name of the image of container ${sanitizeText(container.name, 100)} is not known: ${sanitizeText(error.message, 300)}`,
      );
      return installContainer(container, null);
    }
  });
  return installed.filter((container) => container !== null);
}

function warn(warnings: Warning[], message: string): void {
  warnings.push({ code: 'engine', message, image: null });
}
