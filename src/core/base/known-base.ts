import { countCommonSteps, createdAt, type History } from '../history.ts';
import { type ImageContents, isProvenPrefix } from '../image-contents.ts';
import { isSameRepository, type Reference, type Repository } from '../reference.ts';
import type { EvidenceSource } from './claim.ts';
import type { VersionDigests } from './version.ts';

/** A version of some base whose contents are known without asking anyone: an image of this machine, or one that is remembered. */
export type KnownBase = VersionDigests & {
  readonly source: Extract<EvidenceSource, 'parent-chain' | 'seen-before' | 'local-image' | 'candidate'>;
  /** Names it has or had, all with a tag. */
  readonly references: readonly Reference[];
  /** Where it is known by digest, with or without a tag. */
  readonly repositories: readonly Repository[];
  /** None of its names is a registry's. */
  readonly isLocal: boolean;
  /** Its store gives every name a digest, so nothing proves that a registry ever had it. */
  readonly isUnproven?: boolean;
  readonly contents: ImageContents;
};

/**
 * How the contents of a base fit those of an image.
 *
 * `full`: its layers and its steps are the image's first ones. `layers`: its layers are, of the steps too little is known. `differs`: its layers are, its
 * steps are not, so the image was built on another version of it.
 */
export type Fit = 'full' | 'layers' | 'differs';

/**
 * Says how a base fits below an image; null when it is no proper part of it.
 *
 * An image whose layers were merged into one has only its history to show, and only where that bears times: versions of a base often have the same steps.
 */
export function fitBase(image: ImageContents, base: ImageContents, layersLost = false): Fit | null {
  if (!layersLost && !isProvenPrefix(base.diffIds, image.diffIds)) return null;
  const isHigher = image.diffIds.length > base.diffIds.length;
  const [steps, baseSteps] = [image.history?.entries.length ?? 0, base.history?.entries.length ?? 0];
  if (image.history === null || base.history === null || steps === 0 || baseSteps === 0) return isHigher && !layersLost ? 'layers' : null;
  if (countCommonSteps(image.history, base.history) === baseSteps) {
    if (layersLost && !(bearsTimes(image.history) && bearsTimes(base.history))) return null;
    return isHigher || steps > baseSteps ? 'full' : null;
  }
  return isHigher && !layersLost ? 'differs' : null;
}

/** Times of 1970 are no real ones. */
function bearsTimes({ entries }: History): boolean {
  return entries.some((entry) => (createdAt(entry) ?? 0n) > 0n);
}

/** Orders bases that fit by how much of the image they explain: the most first. */
export function compareExtent(a: ImageContents, b: ImageContents): number {
  return b.diffIds.length - a.diffIds.length || (b.history?.entries.length ?? 0) - (a.history?.entries.length ?? 0);
}

/** Whether a known base is one of a repository's. */
export function isOfRepository(base: KnownBase, repository: Repository): boolean {
  return (
    base.references.some((reference) => isSameRepository(reference, repository)) ||
    base.repositories.some((known) => isSameRepository(known, repository))
  );
}
