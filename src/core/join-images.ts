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
 */
export function joinImages(images: readonly [InstalledImage, ...InstalledImage[]], reference: Reference | null): InstalledImage {
  const asking = reference === null ? [] : images.filter((image) => planTagCheck(image, reference).kind === 'ask');
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

function joinTags(images: readonly InstalledImage[]): readonly Reference[] {
  const tags: Reference[] = [];
  for (const tag of images.flatMap((image) => image.tags)) {
    if (!tags.some((known) => known.tag === tag.tag && isSameRepository(known, tag))) tags.push(tag);
  }
  return tags;
}
