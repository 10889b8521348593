import type { Digest } from './digest.ts';
import type { InstalledImage, Origin } from './installed.ts';
import { isSameRepository, type Reference, renderRepository } from './reference.ts';
import { planTagCheck } from './tag-check.ts';

/**
 * Whether two places hold one and the same image, for one platform.
 *
 * Its config tells, where both places tell it; else a digest by which both know it: the containerd store has no config digests, and engines know an image that
 * was pulled by the digest it was pulled with.
 */
export function isSameImage(a: InstalledImage, b: InstalledImage): boolean {
  // builds of Windows share an architecture and, in one index, a digest
  if (a.platform.osVersion !== null && b.platform.osVersion !== null && a.platform.osVersion !== b.platform.osVersion) return false;
  if (a.configDigest !== null && b.configDigest !== null) return a.configDigest === b.configDigest;
  if (a.imageId === b.imageId) return true;
  const digests = new Set(digestsOf(a));
  return digestsOf(b).some((digest) => digests.has(digest));
}

function digestsOf({ repoDigests, contentDigests }: InstalledImage): readonly Digest[] {
  return [...repoDigests.map(({ digest }) => digest), ...contentDigests];
}

/** What each place proves of where an image is from, the most first. */
const BY_PROOF: readonly Origin['kind'][] = ['repo-digests', 'identity', 'podman', 'unrecorded', 'carried', 'named'];

/**
 * Joins what several places tell of one image into one: it is known by every digest that any of them knows.
 *
 * That one place never had it from a registry says nothing of the others: where any has reason to ask about `reference`, the one that proves most of those speaks.
 * Not a reason is that a place tells nothing, as an archive does, where another one proves that it was made here.
 */
export function joinImages(images: readonly [InstalledImage, ...InstalledImage[]], reference: Reference | null): InstalledImage {
  const asking = reference === null ? [] : findAsking(images, reference);
  const [first] = images;
  const speaking = BY_PROOF.flatMap((kind) => (asking.length > 0 ? asking : images).filter(({ origin }) => origin.kind === kind));
  const speaker = speaking[0] ?? first;
  const pick = <T>(read: (image: InstalledImage) => T | null): T | null =>
    [speaker, ...images].map(read).find((value) => value !== null) ?? null;
  // what no place asks about is known by what the speaker knows: podman gives digests to names that are no registry's
  const telling = asking.length > 0 ? asking : [speaker];
  const repoDigests = new Map(
    telling.flatMap((image) => image.repoDigests).map((known) => [`${renderRepository(known)}@${known.digest}`, known] as const),
  );
  return {
    ...speaker,
    configDigest: pick(({ configDigest }) => configDigest),
    created: pick(({ created }) => created),
    size: pick(({ size }) => size),
    diffIds: pick(({ diffIds }) => diffIds),
    fingerprint: pick(({ fingerprint }) => fingerprint),
    labels: images.find(({ labels }) => labels.size > 0)?.labels ?? speaker.labels,
    tags: joinTags(images),
    repoDigests: [...repoDigests.values()],
    contentDigests: [
      ...new Set(images.flatMap(({ origin, contentDigests }) => (origin.kind === speaker.origin.kind ? contentDigests : []))),
    ],
  };
}

/** What has no record of any origin asks because it cannot know better. */
const IGNORANT: ReadonlySet<Origin['kind']> = new Set(['carried', 'unrecorded']);

function findAsking(images: readonly InstalledImage[], reference: Reference): readonly InstalledImage[] {
  const asks = (image: InstalledImage): boolean => planTagCheck(image, reference).kind === 'ask';
  const isProvenLocal = images.some((image) => ['repo-digests', 'identity'].includes(image.origin.kind) && !asks(image));
  const hasRecord = ({ origin, repoDigests }: InstalledImage): boolean =>
    origin.kind === 'carried' && repoDigests.some((known) => isSameRepository(known, reference));
  return images.filter((image) => asks(image) && !(isProvenLocal && IGNORANT.has(image.origin.kind) && !hasRecord(image)));
}

function joinTags(images: readonly InstalledImage[]): readonly Reference[] {
  const tags: Reference[] = [];
  for (const tag of images.flatMap((image) => image.tags)) {
    if (!tags.some((known) => known.tag === tag.tag && isSameRepository(known, tag))) tags.push(tag);
  }
  return tags;
}
