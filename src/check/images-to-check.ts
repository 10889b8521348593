import { groupBy } from '../core/group.ts';
import type { Hold } from '../core/hold.ts';
import type { Container, InstalledImage } from '../core/installed.ts';
import { type Platform, renderPlatform } from '../core/platform.ts';
import { compareText, type Reference, renderFamiliar, renderReference, renderRepository } from '../core/reference.ts';
import type { Inventory } from './ports.ts';
import type { ContainerUse, SourcePlace } from './report.ts';

/** One reference of one image: what becomes a row. `reference` is null for an image without a name. */
export type Subject = {
  readonly image: InstalledImage;
  readonly reference: Reference | null;
  /** The canonical reference; the store's id of an image without a name. */
  readonly text: string;
  readonly name: string;
  readonly platform: Platform;
  readonly containers: readonly ContainerUse[];
  readonly sources: readonly SourcePlace[];
  /** What stands beside it in a file, expired or not. */
  readonly hold: Hold | null;
};

/** Says which rows are wanted, so that nothing is asked about others; `reference` is null for an image without a name. */
export type Matches = (reference: Reference | null, image: InstalledImage) => boolean;

/** Which rows are made of an inventory, and for which platforms. */
export type SubjectOptions = {
  readonly matches: Matches | null;
  /** Overrides an image's own; null: it does not. */
  readonly platformFor: (reference: Reference | null) => Platform | null;
};

/** Every reference of every image, sorted by reference, then platform, with the containers that use it. */
export function listSubjects(inventory: Inventory, options: SubjectOptions): readonly Subject[] {
  const named = inventory.images.flatMap((image) =>
    referencesOf(image).map((reference) => ({ image, reference, text: reference === null ? image.imageId : renderReference(reference) })),
  );
  const usesOf = assignContainers(named, inventory.containers);
  const sources = [{ kind: inventory.kind, location: inventory.location, line: null, column: null, file: null }];
  return named
    .filter(({ reference, image }) => options.matches === null || options.matches(reference, image))
    .map((pair) => ({
      image: pair.image,
      reference: pair.reference,
      text: pair.text,
      name: pair.reference === null ? '<none>' : renderFamiliar(pair.reference),
      platform: options.platformFor(pair.reference) ?? pair.image.platform,
      containers: usesOf.get(pair) ?? NO_CONTAINERS,
      sources,
      hold: null,
    }))
    .sort((a, b) => compareText(a.text, b.text) || compareText(renderPlatform(a.platform), renderPlatform(b.platform)));
}

const NO_CONTAINERS: readonly ContainerUse[] = [];

/** Each tag is a row of its own; without any tag, one row for each repository the image has a digest of. */
function referencesOf(image: InstalledImage): readonly (Reference | null)[] {
  if (image.tags.length > 0) return image.tags;
  const byRepository = new Map<string, Reference>();
  for (const known of [...image.repoDigests].sort((a, b) => compareText(a.digest, b.digest))) {
    const key = renderRepository(known);
    if (!byRepository.has(key))
      byRepository.set(key, { registry: known.registry, repository: known.repository, tag: null, digest: known.digest });
  }
  return byRepository.size > 0 ? [...byRepository.values()] : [null];
}

type Pair = Pick<Subject, 'image' | 'reference' | 'text'>;

/** A container belongs to the row of the name it was created with; without such a row, to the first row of the image it runs. */
function assignContainers(pairs: readonly Pair[], containers: readonly Container[]): ReadonlyMap<Pair, readonly ContainerUse[]> {
  const byName = groupBy(pairs, ({ text }) => text);
  const byImage = groupBy(pairs, ({ image }) => image.imageId);
  const placed = containers.flatMap((container) => {
    const named = container.reference === null ? undefined : byName.get(renderReference(container.reference));
    const rows = named ?? byImage.get(container.imageId);
    const row = rows?.find((pair) => runs(container, pair.image)) ?? rows?.[0];
    if (row === undefined) return [];
    const outdated = named !== undefined && !runs(container, row.image);
    return [{ row, use: { name: container.name, running: container.running, outdated } }];
  });
  const uses = [...groupBy(placed, ({ row }) => row)];
  return new Map(uses.map(([row, those]) => [row, those.map(({ use }) => use).sort((a, b) => compareText(a.name, b.name))]));
}

/** In the containerd store one id stands for every platform, and the platform's manifest tells them apart. */
function runs(container: Container, image: InstalledImage): boolean {
  if (container.imageId === image.imageId) return true;
  return container.manifestDigest !== null && image.contentDigests.includes(container.manifestDigest);
}
