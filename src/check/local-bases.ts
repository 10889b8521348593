import type { LocalName } from '../core/base/conversation.ts';
import type { KnownBase } from '../core/base/known-base.ts';
import type { Digest } from '../core/digest.ts';
import { groupBy } from '../core/group.ts';
import type { ImageContents } from '../core/image-contents.ts';
import { EMPTY_LAYER } from '../core/image-contents.ts';
import type { BuildRecord, InstalledImage, Origin } from '../core/installed.ts';
import { isSameRepository, type Reference, renderReference, renderRepository, type Repository } from '../core/reference.ts';
import { type Platform, renderPlatform } from '../core/platform.ts';
import { planTagCheck } from '../core/tag-check.ts';
import type { Stock } from './stock.ts';

/** The images of this machine as bases of others. */
export type LocalBases = {
  /** Those whose layers are the lowest of `image`, as far as their names may be a base's: not those of its own repositories. */
  readonly below: (image: InstalledImage) => Promise<readonly KnownBase[]>;
  /** What a name is for a platform where `image` is: of a name that was built for several, each has its own image. */
  readonly named: (reference: Reference, platform: Platform, image: InstalledImage) => Promise<LocalName>;
  /** Tags that images here have in the repositories a base is known in. */
  readonly tagsOf: (base: KnownBase) => readonly Reference[];
  readonly contentsOf: (image: InstalledImage) => Promise<ImageContents | null>;
  readonly buildOf: (image: InstalledImage, wanted?: 'exact') => Promise<BuildRecord | null>;
};

/** An image may share its layers with a thousand others; those that share most are looked at. */
const MOST_BELOW = 32;

/** Layer stacks as a tree: every image is at the end of its own. */
type Node = { readonly above: Map<Digest, Node>; readonly images: InstalledImage[] };

/** All images that are here, with what their places tell of them. */
export type LocalPorts = Pick<Stock, 'images' | 'isTogether' | 'readBuild'>;

/** Puts the layer stacks of all images into a tree once, so that finding those below an image takes as many steps as it has layers. */
export function createLocalBases({ images, isTogether, readBuild }: LocalPorts): LocalBases {
  const root = plant(images);
  const byTag = groupBy(
    images.flatMap((image) => image.tags.map((tag) => ({ tag, image }))),
    ({ tag }) => renderReference(tag),
  );
  const byRepository = groupBy(
    images.flatMap((image) => image.tags.filter((tag) => isPublished(image, tag))),
    renderRepository,
  );
  const contentsOf: LocalBases['contentsOf'] = async (image) =>
    image.diffIds === null
      ? null
      : { diffIds: image.diffIds, history: (await readBuild(image))?.history ?? null, created: image.created, settings: null };

  return {
    buildOf: readBuild,
    contentsOf,
    below: async (image) => {
      const found = stackBelow(root, image);
      if (found.length === 0) return [];
      const ancestors = new Set((await readBuild(image))?.ancestors.map(({ imageId }) => imageId));
      const described = await Promise.all(
        found.map(async (other) => {
          const contents = await contentsOf(other);
          const isAncestor = other.configDigest !== null && ancestors.has(other.configDigest);
          return contents === null ? [] : describe(other, contents, isAncestor ? 'parent-chain' : 'local-image');
        }),
      );
      return described.flat().filter((base) => !isOfImage(base, image));
    },
    named: async (reference, platform, asking) => {
      const rendered = renderPlatform(platform);
      const tagged = byTag.get(renderReference({ ...reference, digest: null })) ?? [];
      const there = tagged.filter(({ image }) => renderPlatform(image.platform) === rendered && isTogether(asking, image));
      if (there.length === 0) return { kind: 'absent' };
      const own = there.find(({ tag, image }) => !isPublished(image, tag));
      const contents = own === undefined ? null : await contentsOf(own.image);
      if (own === undefined || contents === null) return { kind: 'published' };
      const image = { ...digestsOf(own.image), contents, references: [reference], repositories: [], isLocal: true };
      return { kind: 'here', image: { ...image, source: 'local-image' } };
    },
    tagsOf: (base) => base.repositories.flatMap((repository) => byRepository.get(renderRepository(repository)) ?? []),
  };
}

function plant(images: readonly InstalledImage[]): Node {
  const root: Node = { above: new Map(), images: [] };
  for (const image of images) {
    let node = root;
    for (const diffId of image.diffIds ?? []) {
      const next = node.above.get(diffId) ?? { above: new Map(), images: [] };
      node.above.set(diffId, next);
      node = next;
    }
    node.images.push(image);
  }
  return root;
}

/** The others of its platform that are highest in the stack, the lowest of them first; from the first layer on that is not the empty one. */
function stackBelow(root: Node, image: InstalledImage): readonly InstalledImage[] {
  const heights: Node[] = [];
  let node: Node | undefined = root;
  let isMeaningful = false;
  for (const diffId of image.diffIds ?? []) {
    node = node.above.get(diffId);
    if (node === undefined) break;
    isMeaningful ||= diffId !== EMPTY_LAYER;
    if (isMeaningful) heights.push(node);
  }
  const platform = renderPlatform(image.platform);
  const found: InstalledImage[] = [];
  for (const { images } of heights.toReversed()) {
    // thousands may have the very same layers, so no more of them are looked at than are wanted
    for (let position = images.length - 1; position >= 0 && found.length < MOST_BELOW; position -= 1) {
      const other = images[position];
      if (other === undefined || other.imageId === image.imageId || renderPlatform(other.platform) !== platform) continue;
      if (!found.some((known) => isToldAlike(known, other))) found.push(other);
    }
  }
  return found.reverse();
}

/** Stores that give every name a digest, whether or not it came with one. */
const UNPROVEN: ReadonlySet<Origin['kind']> = new Set(['podman', 'unrecorded', 'carried']);

/** Several places may hold one image; what they know it by may differ. */
function isToldAlike(a: InstalledImage, b: InstalledImage): boolean {
  const alike = a.imageId === b.imageId && a.origin.kind === b.origin.kind;
  return alike && describeNames(a) === describeNames(b);
}

function describeNames({ tags, repoDigests, contentDigests }: InstalledImage): string {
  return JSON.stringify([tags.map(renderReference), repoDigests, contentDigests]);
}

/** What an image of this machine is known as: in each repository by each digest, and by names that only this machine knows. */
function describe(image: InstalledImage, contents: ImageContents, source: KnownBase['source']): readonly KnownBase[] {
  const isUnproven = UNPROVEN.has(image.origin.kind);
  const digests = { ...digestsOf(image), ...(isUnproven ? { isUnproven } : {}) };
  const published = image.tags.filter((tag) => isPublished(image, tag));
  const local = image.tags.filter((tag) => !isPublished(image, tag));
  const known = image.repoDigests.map(({ registry, repository, digest }): KnownBase => {
    const references = published.filter((tag) => isSameRepository(tag, { registry, repository }));
    return { ...digests, topDigest: digest, source, references, repositories: [{ registry, repository }], isLocal: false, contents };
  });
  const unlisted = published.filter((tag) => !image.repoDigests.some((each) => isSameRepository(each, tag)));
  return [
    ...known.filter((base) => base.references.length > 0 || local.length === 0),
    ...(unlisted.length === 0
      ? []
      : [{ ...digests, source, references: unlisted, repositories: unlisted.map(bare), isLocal: false, contents }]),
    ...(local.length === 0 ? [] : [{ ...digests, source, references: local, repositories: [], isLocal: true, contents }]),
  ];
}

const bare = ({ registry, repository }: Repository): Repository => ({ registry, repository });

/** The containerd store tells the target's digest and the platform's manifest, in this order. */
function digestsOf(image: InstalledImage): Pick<KnownBase, 'topDigest' | 'manifestDigest' | 'configDigest'> {
  return {
    topDigest: image.contentDigests[0] ?? null,
    manifestDigest: image.contentDigests.at(-1) ?? null,
    configDigest: image.configDigest,
  };
}

function isPublished(image: InstalledImage, tag: Reference): boolean {
  return planTagCheck(image, tag).kind === 'ask';
}

/** Other tags of an image's own repository are its other versions, built in part from the same cache. */
export function isOfImage(base: KnownBase, image: InstalledImage): boolean {
  const names: readonly Repository[] = [...base.references, ...base.repositories];
  const own: readonly Repository[] = [...image.tags, ...image.repoDigests];
  return names.length > 0 && names.every((name) => own.some((repository) => isSameRepository(name, repository)));
}
