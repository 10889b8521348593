import type { Memory } from '../../check/ports.ts';
import type { BuildRecord, InstalledImage } from '../../core/installed.ts';
import { countSteps, decodePodmanImage, listAncestors } from '../listed/podman-build.ts';
import type { Variant } from '../listed/variants.ts';
import type { ListedImage } from '../listed/listed-image.ts';
import { decodeBuild, encodeBuild } from './build-facts.ts';
import type { AskEngine } from './ask-engine.ts';
import type { Engine } from './engine.ts';
import { keyOf, type ReadHistory } from './read-history.ts';

export type BuildReaderOptions = {
  readonly engine: Pick<Engine, 'product' | 'inspectByPodman'>;
  readonly ask: AskEngine;
  readonly readHistory: ReadHistory;
  /** Every image of the list, also those that are not shown. */
  readonly listed: readonly ListedImage[];
  readonly installed: readonly InstalledVariant[];
  readonly facts: Pick<Memory, 'readFacts' | 'writeFacts'>;
};

/** An image with what it was made of in the list. */
export type InstalledVariant = { readonly image: InstalledImage; readonly variant: Variant };

/** As the engine's own calls tell it. */
export type ReadBuild = (image: InstalledImage) => Promise<BuildRecord | null>;

/**
 * Makes what asks the engine how an image was made: once in the image's life, and once in a run where the engine refuses.
 *
 * The answer is null for an image that is not of the list, and for one of which the engine does not tell. Rejects only when aborted.
 */
export function createBuildReader(options: BuildReaderOptions): ReadBuild {
  const { installed, facts } = options;
  const variants = new Map(installed.map(({ image, variant }) => [keyOf(image), variant]));
  const tell = createTell(options);
  const running = new Map<string, Promise<BuildRecord | null>>();
  const read = async (image: InstalledImage, variant: Variant): Promise<BuildRecord | null> => {
    const remembered = recall(variant, facts);
    if (remembered !== null) return remembered;
    const record = await tell(image, variant);
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

function recall({ buildKey }: Variant, facts: BuildReaderOptions['facts']): BuildRecord | null {
  const text = buildKey === null ? undefined : facts.readFacts([buildKey]).get(buildKey);
  return text === undefined ? null : decodeBuild(text);
}

/** podman's own inspection tells more than a history does. */
function createTell({
  engine,
  ask,
  readHistory,
  listed,
}: BuildReaderOptions): (image: InstalledImage, variant: Variant) => Promise<BuildRecord | null> {
  const parents = new Map(listed.map(({ id, podman }) => [id, podman.parentId]));
  return async (image, variant) => {
    const { id } = variant.image;
    const isPodman = engine.product === 'podman';
    const ancestors = isPodman ? listAncestors(id, parents) : [];
    const inspected = isPodman ? await ask(() => engine.inspectByPodman(id)) : undefined;
    const exact = inspected === undefined ? null : decodePodmanImage(inspected, ancestors);
    if (exact !== null) return exact;
    const record = (await readHistory(image, variant))?.record ?? null;
    // podman gives a step the id of any image with the same layers.
    return record === null || !isPodman ? record : { ...record, ancestors: countSteps(ancestors, record.history?.entries.length ?? 0) };
  };
}
