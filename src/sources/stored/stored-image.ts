import type { Digest } from '../../core/digest.ts';
import { fingerprintOf } from '../../core/fingerprint.ts';
import type { ImageConfig } from '../../core/image-config.ts';
import type { BuildRecord, InstalledImage } from '../../core/installed.ts';
import type { Platform } from '../../core/platform.ts';
import type { Reference } from '../../core/reference.ts';
import { wholeSeconds } from '../../core/whole-seconds.ts';

/** An image whose own documents were read, with how it was made. */
export type StoredImage = { readonly image: InstalledImage; readonly build: BuildRecord };

/** What a place tells of an image beside its config. */
export type StoredDocuments = {
  readonly config: ImageConfig;
  readonly configDigest: Digest;
  /** For a config that does not say it. */
  readonly platform: Platform;
  readonly tags: readonly Reference[];
  /** Of the index, where there is one, and of the manifest, in this order. */
  readonly contentDigests: readonly Digest[];
  /** Of its manifest. */
  readonly annotations: ReadonlyMap<string, string>;
  /** Bytes it takes there; null where that is not known. */
  readonly size: number | null;
};

/** Makes an installed image of what an archive or a layout says; its names are what whoever wrote it gave it. */
export function makeStoredImage(documents: StoredDocuments): StoredImage {
  const { config, configDigest, platform, tags, contentDigests, annotations, size } = documents;
  return {
    image: {
      imageId: configDigest,
      configDigest,
      platform: config.platform ?? platform,
      created: config.created === null ? null : wholeSeconds(config.created),
      size,
      diffIds: config.diffIds,
      labels: config.labels,
      tags,
      repoDigests: [],
      contentDigests,
      fingerprint: fingerprintOf(config),
      origin: { kind: 'carried' },
    },
    build: { history: { entries: config.history, precision: 'exact' }, annotations, ancestors: [] },
  };
}
