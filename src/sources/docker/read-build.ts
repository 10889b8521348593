import type { Memory } from '../../check/ports.ts';
import type { BuildRecord, InstalledImage } from '../../core/installed.ts';
import { renderPlatform } from '../../core/platform.ts';
import { createLimiter } from '../bounded.ts';
import { countSteps, decodePodmanImage, listAncestors } from '../listed/podman-build.ts';
import type { Variant } from '../listed/variants.ts';
import type { ListedImage } from '../listed/listed-image.ts';
import { decodeBuild, encodeBuild } from './build-facts.ts';
import { decodeHistory } from './build-wire.ts';
import { isRefusal, type Engine } from './engine.ts';

export type BuildReaderOptions = {
  readonly engine: Engine;
  /** Every image of the list, also those that are not shown. */
  readonly listed: readonly ListedImage[];
  readonly installed: readonly InstalledVariant[];
  readonly facts: Pick<Memory, 'readFacts' | 'writeFacts'>;
  readonly concurrency: number;
  readonly signal: AbortSignal;
};

/** An image with what it was made of in the list. */
export type InstalledVariant = { readonly image: InstalledImage; readonly variant: Variant };

/** As the engine's own calls tell it. */
export type ReadBuild = (image: InstalledImage) => Promise<BuildRecord | null>;

/**
 * Makes what asks the engine how an image was made: once in the image's life, and once in a run where the engine refuses.
 *
 * The answer is null for an image that is not of the list, and for one of which the engine does not tell. Rejects only when `signal` is aborted.
 */
export function createBuildReader(options: BuildReaderOptions): ReadBuild {
  const { installed, facts, concurrency } = options;
  const variants = new Map(installed.map(({ image, variant }) => [keyOf(image), variant]));
  const limited = createLimiter(concurrency);
  const ask = createAsk(options);
  const running = new Map<string, Promise<BuildRecord | null>>();
  const read = async (image: InstalledImage, variant: Variant): Promise<BuildRecord | null> => {
    const remembered = recall(variant, facts);
    if (remembered !== null) return remembered;
    const record = await limited(() => ask(variant, image.diffIds?.length ?? null));
    // Without the number of layers it says less than it may the next time.
    if (record !== null && variant.buildKey !== null && image.diffIds !== null)
      facts.writeFacts(new Map([[variant.buildKey, encodeBuild(record)]]));
    return record;
  };
  return (image) => {
    const key = keyOf(image);
    const variant = variants.get(key);
    // Of several platforms an old engine tells of the one whose layers it told.
    if (variant === undefined || (variant.historyAmbiguous && image.diffIds === null)) return Promise.resolve(null);
    const known = running.get(key);
    if (known !== undefined) return known;
    const reading = read(image, variant);
    running.set(key, reading);
    return reading;
  };
}

/** Of each platform an image is here for. */
export const keyOf = (image: InstalledImage): string => `${image.imageId} ${renderPlatform(image.platform)}`;

function recall({ buildKey }: Variant, facts: BuildReaderOptions['facts']): BuildRecord | null {
  const text = buildKey === null ? undefined : facts.readFacts([buildKey]).get(buildKey);
  return text === undefined ? null : decodeBuild(text);
}

type Ask = (variant: Variant, layers: number | null) => Promise<BuildRecord | null>;

/** Asks the engine, and no more once it is gone. */
function createAsk({ engine, listed, signal }: BuildReaderOptions): Ask {
  const parents = new Map(listed.map(({ id, podman }) => [id, podman.parentId]));
  let gone = false;
  const attempt = async (call: () => Promise<unknown>): Promise<unknown> => {
    signal.throwIfAborted();
    if (gone) return undefined;
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      gone ||= !isRefusal(error) && !(await engine.isAlive());
      return undefined;
    }
  };
  return async ({ image, historyQuery }, layers) => {
    const isPodman = engine.product === 'podman';
    const ancestors = isPodman ? listAncestors(image.id, parents) : [];
    const inspected = isPodman ? await attempt(() => engine.inspectByPodman(image.id)) : undefined;
    const exact = inspected === undefined ? null : decodePodmanImage(inspected, ancestors);
    if (exact !== null) return exact;
    const history = await attempt(() => engine.imageHistory(image.id, historyQuery));
    const record = history === undefined ? null : decodeHistory(history, layers);
    // podman gives a step the id of any image with the same layers.
    return record === null || !isPodman ? record : { ...record, ancestors: countSteps(ancestors, record.history?.entries.length ?? 0) };
  };
}
