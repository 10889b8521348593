import { shortDigest } from '../../core/digest.ts';
import type { Memory } from '../../check/ports.ts';
import { sanitizeText } from '../../core/text.ts';
import { mapBounded } from '../bounded.ts';
import type { ImageFacts, InspectedImage, ListedImage, StoreKind } from '../listed/listed-image.ts';
import { installVariant, learnedFrom, listVariants, type Learned, type Variant } from '../listed/variants.ts';
import { isRefusal, type Engine } from './engine.ts';
import { decodeFacts, encodeFacts } from './facts.ts';
import type { InstalledVariant } from './read-build.ts';
import type { Warn } from './read-lists.ts';
import { decodeImage, type EngineInfo } from './wire.ts';

export type ImagesContext = {
  readonly engine: Engine;
  readonly info: EngineInfo;
  readonly store: StoreKind;
  readonly facts: Pick<Memory, 'readFacts' | 'writeFacts'>;
  readonly concurrency: number;
  readonly onProgress: (done: number, total: number) => void;
  readonly warn: Warn;
};

/**
 * Makes an installed image of each platform of each listed image, and inspects those whose facts are not remembered.
 *
 * An image that disappears meanwhile is left out; one that cannot be inspected keeps what the list says, and costs a warning.
 * @throws ImgupdateError 'engine-unavailable' when the engine stops answering.
 */
export async function installImages(context: ImagesContext, images: readonly ListedImage[]): Promise<readonly InstalledVariant[]> {
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
        return isAbsent(variant) ? install(context, variant, { facts: null, identity: null }) : null;
      case 'failed':
        failures.push(
          `image ${shortDigest(variant.image.id)} could not be inspected, so its layers and labels are not known: ${learned.message}`,
        );
        return install(context, variant, { facts: null, identity: null });
      case 'learned':
        if (variant.factsKey !== null && !remembered.has(variant.factsKey) && learned.value.facts !== null)
          fresh.set(variant.factsKey, encodeFacts(learned.value.facts));
        return install(context, variant, facts === null ? withConfigDigest(learned.value, variant, remembered) : learned.value);
    }
  });
  if (fresh.size > 0) context.facts.writeFacts(fresh);
  reportFailures(context.warn, failures);
  return installed.filter((each) => each !== null);
}

/** Nothing of it is here but its index: some engines say of that that there is no such image. */
function isAbsent({ image }: Variant): boolean {
  return image.manifests !== null && image.manifests.length > 0 && !image.manifests.some(({ available }) => available);
}

function recall(variant: Variant, remembered: ReadonlyMap<string, string>): ImageFacts | null {
  return variant.identityBy === 'inspect' ? null : recallFacts(variant, remembered);
}

function recallFacts({ factsKey }: Variant, remembered: ReadonlyMap<string, string>): ImageFacts | null {
  const text = factsKey === null ? undefined : remembered.get(factsKey);
  return text === undefined ? null : decodeFacts(text);
}

/** An inspection never tells it. */
function withConfigDigest({ facts, identity }: Learned, variant: Variant, remembered: ReadonlyMap<string, string>): Learned {
  return { facts: facts === null ? null : { ...facts, configDigest: recallFacts(variant, remembered)?.configDigest ?? null }, identity };
}

type Inspection =
  | { readonly kind: 'inspected'; readonly value: InspectedImage }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly message: string };

type Inspect = (id: string, query: string | null) => Promise<Inspection>;

/** Each image and platform is inspected once, also where several variants need the same answer. */
function createInspector({ engine }: ImagesContext): Inspect {
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

function install(context: ImagesContext, variant: Variant, learned: Learned): InstalledVariant {
  const image = installVariant(variant, learned, {
    store: context.store,
    enginePlatform: context.info.platform,
    onBadName: ({ id }, message) => context.warn(`image ${shortDigest(id)} has a name that cannot be used: ${sanitizeText(message, 300)}`),
  });
  return { image, variant };
}

const MAX_NAMED_FAILURES = 5;

function reportFailures(warn: Warn, failures: readonly string[]): void {
  for (const message of [...failures].sort().slice(0, MAX_NAMED_FAILURES)) warn(message);
  if (failures.length > MAX_NAMED_FAILURES) warn(`${failures.length - MAX_NAMED_FAILURES} more images could not be inspected`);
}
