import pLimit from 'p-limit';
import { findUnneeded, type StockedAnswer, type StockedImage } from '../core/find-unneeded.ts';
import type { InstalledImage } from '../core/installed.ts';
import { type Reference, renderReference } from '../core/reference.ts';
import type { StoreNeeds } from '../core/unneeded.ts';
import type { Rules } from './image-rules.ts';
import type { Subject } from './images-to-check.ts';
import { createPauses } from './pauses.ts';
import type { ImageReport } from './report.ts';
import type { HeldPlace, Stock } from './stock.ts';

/** A row, and what was found about it. */
export type DescribedRow = { readonly subject: Subject; readonly report: ImageReport };

/** What image stores hold, what is held back of it, and whom to ask. */
export type StoreNeedsPorts = {
  readonly stock: Pick<Stock, 'held' | 'partsOf'>;
  readonly rules: Pick<Rules, 'of'>;
  readonly signal: AbortSignal;
};

/**
 * Finds what the image stores hold that nothing needs. No registry is asked; each store is asked what the layers of an image take, once in the image's life.
 *
 * What the configuration ignores, what is held back, and what a file names that was read, is needed whatever is newer.
 * @returns null where no store tells what it holds.
 */
export async function findStoreNeeds(
  rows: readonly DescribedRow[],
  ports: StoreNeedsPorts,
  options: { readonly jobs: number },
): Promise<StoreNeeds | null> {
  const { held } = ports.stock;
  if (held.length === 0) return null;
  const told = tellRows(rows, ports);
  const limit = pLimit(options.jobs);
  const pause = createPauses(ports.signal);
  const readSizes = async (place: HeldPlace, image: InstalledImage): Promise<readonly number[] | null> => {
    await pause();
    return place.readLayerSizes(image);
  };
  const stocked: StockedImage[] = [];
  for (const place of held) {
    const images = [...place.images, ...place.unnamed];
    for (let start = 0; start < images.length; start += BATCH) {
      const batch = images.slice(start, start + BATCH);
      const sizes = await Promise.all(batch.map((image) => limit(() => readSizes(place, image))));
      batch.forEach((image, position) => stocked.push(takeStock(image, sizes[position] ?? null, { place, told, rules: ports.rules })));
    }
  }
  return findUnneeded(stocked);
}

/** So that ten thousand images do not mean ten thousand promises at once. */
const BATCH = 1_000;

/** What rows tell of the images of places. */
type Told = {
  readonly answersOf: ReadonlyMap<InstalledImage, readonly StockedAnswer[]>;
  readonly heldBack: ReadonlySet<InstalledImage>;
  /** Names of images that a file says, see namesOf. */
  readonly inFiles: ReadonlySet<string>;
};

function tellRows(rows: readonly DescribedRow[], { stock }: StoreNeedsPorts): Told {
  const answersOf = new Map<InstalledImage, StockedAnswer[]>();
  const heldBack = new Set<InstalledImage>();
  const inFiles = new Set<string>();
  for (const { subject, report } of rows) {
    const { reference, sources, image } = subject;
    if (reference !== null && sources.some(({ file }) => file !== null)) for (const name of namesOf(reference)) inFiles.add(name);
    for (const part of stock.partsOf(image)) {
      if (report.held !== null) heldBack.add(part);
      if (reference === null) continue;
      const answers = answersOf.get(part) ?? [];
      answers.push({ reference, tag: report.tag.verdict, newer: report.newer.verdict });
      answersOf.set(part, answers);
    }
  }
  return { answersOf, heldBack, inFiles };
}

/** What a reference names: its digest, which is pulled, and its tag, which docker leaves out of what it pulled. */
function namesOf(reference: Reference): readonly string[] {
  const { tag, digest } = reference;
  return [
    ...(tag === null ? [] : [renderReference({ ...reference, digest: null })]),
    ...(digest === null ? [] : [renderReference({ ...reference, tag: null })]),
  ];
}

type Known = { readonly place: HeldPlace; readonly told: Told; readonly rules: Pick<Rules, 'of'> };

function takeStock(image: InstalledImage, layerSizes: readonly number[] | null, { place, told, rules }: Known): StockedImage {
  const { kind, location, usedIds } = place;
  const isUsed = usedIds === null || [image.imageId, ...image.contentDigests].some((id) => usedIds.has(id));
  return {
    image,
    place: { kind, location },
    isUsed: isUsed || referencesOf(image).some((reference) => told.inFiles.has(renderReference(reference))),
    isHeld: told.heldBack.has(image) || isIgnored(image, rules),
    layerSizes,
    answers: told.answersOf.get(image) ?? [],
  };
}

/** Under any of its names, or of those it lost. */
function isIgnored(image: InstalledImage, rules: Pick<Rules, 'of'>): boolean {
  return referencesOf(image).some((reference) => rules.of(reference).ignore);
}

function referencesOf({ tags, repoDigests }: InstalledImage): readonly Reference[] {
  return [...tags, ...repoDigests.map((known) => ({ ...known, tag: null }))];
}
