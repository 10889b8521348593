import type { Findings } from '../../core/base/claim.ts';
import type { Digest } from '../../core/digest.ts';
import { fingerprintOf } from '../../core/fingerprint.ts';
import type { ImageConfig } from '../../core/image-config.ts';
import type { BuildRecord, InstalledImage } from '../../core/installed.ts';
import type { Platform } from '../../core/platform.ts';
import { type Reference, renderReference, renderRepository, type Repository } from '../../core/reference.ts';
import { wholeSeconds } from '../../core/whole-seconds.ts';

/** An image whose own documents were read, with how it was made. `recorded`: null where nothing beside its config can tell of its base. */
export type StoredImage = { readonly image: InstalledImage; readonly build: BuildRecord; readonly recorded: Recorded | null };

/** What is recorded of an image's base beside its config. `readProvenance`: null where it has no attestations; rejects only when aborted. */
export type Recorded = {
  readonly onIndex: Findings;
  readonly onManifest: Findings;
  readonly readProvenance: (() => Promise<Findings>) | null;
};

/** What a place tells of an image beside its config. */
export type StoredDocuments = {
  readonly config: ImageConfig;
  readonly configDigest: Digest;
  /** For a config that does not say it. */
  readonly platform: Platform;
  /** What the index says in which it is; null where it is in none. */
  readonly indexed: Platform | null;
  readonly tags: readonly Reference[];
  /** Of the index, where there is one, and of the manifest, in this order. */
  readonly contentDigests: readonly Digest[];
  /** Repositories that are recorded to have the first of these. */
  readonly origins: readonly Repository[];
  readonly recorded: Recorded | null;
  /** Bytes it takes there; null where that is not known. */
  readonly size: number | null;
};

/** Makes an installed image of what an archive or a layout says; its names are what whoever wrote it gave it. */
export function makeStoredImage(documents: StoredDocuments): StoredImage {
  const { config, configDigest, tags, contentDigests, origins, recorded, size } = documents;
  const [top] = contentDigests;
  return {
    image: {
      imageId: configDigest,
      configDigest,
      platform: platformOf(documents),
      created: config.created === null ? null : wholeSeconds(config.created),
      size,
      diffIds: config.diffIds,
      labels: config.labels,
      tags,
      repoDigests: top === undefined ? [] : origins.map((repository) => ({ ...repository, digest: top })),
      contentDigests,
      fingerprint: fingerprintOf(config),
      origin: { kind: 'carried' },
    },
    build: { history: { entries: config.history, precision: 'exact' }, annotations: new Map(), ancestors: [] },
    recorded,
  };
}

/**
 * By what its index says an image is pulled: many configs of arm images do not say the variant. Configs of another architecture are believed.
 * Source: containerd, core/images/image.go, Manifest(), which takes the descriptor's platform first.
 */
function platformOf({ config, platform, indexed }: StoredDocuments): Platform {
  const own = config.platform ?? platform;
  return indexed?.os === own.os && indexed.architecture === own.architecture ? indexed : own;
}

/** One image in several places of a layout: it has all their names and digests, and of it counts what the place says that says most. */
export function joinStored(first: StoredImage, others: readonly StoredImage[]): StoredImage {
  if (others.length === 0) return first;
  const all = [first, ...others];
  const image = {
    ...first.image,
    tags: distinct(
      all.flatMap(({ image: { tags } }) => tags),
      renderReference,
    ),
    repoDigests: distinct(
      all.flatMap(({ image: { repoDigests } }) => repoDigests),
      (known) => `${renderRepository(known)}@${known.digest}`,
    ),
    contentDigests: [...new Set(all.flatMap(({ image: { contentDigests } }) => contentDigests))],
  };
  const telling = all.reduce((most, each) => (rankOf(each.recorded) > rankOf(most.recorded) ? each : most));
  return { image, build: first.build, recorded: telling.recorded };
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function rankOf(recorded: Recorded | null): number {
  if (recorded === null) return 0;
  if (recorded.readProvenance !== null) return 3;
  return recorded.onIndex.claims.length > 0 || recorded.onManifest.claims.length > 0 ? 2 : 1;
}
