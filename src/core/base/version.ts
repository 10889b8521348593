import type { Digest } from '../digest.ts';
import type { ImageContents } from '../image-contents.ts';
import type { Repository } from '../reference.ts';

/** What a tag that serves as a base named at some time, for one platform. */
export type BaseVersion = {
  readonly repository: Repository;
  /** null: only the repository is known, as of an image that a moved tag left behind. */
  readonly tag: string | null;
  /** As rendered: `linux/arm/v7`. */
  readonly platform: string;
  /** What the tag named: an index, or a manifest. */
  readonly topDigest: Digest | null;
  readonly manifestDigest: Digest | null;
  readonly configDigest: Digest | null;
  readonly contents: ImageContents;
  /** Milliseconds since the epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
};

/** Whether two are one image for their platform: by its config, else its manifest, else what the tag named. */
export function isSameVersion(a: VersionDigests, b: VersionDigests): boolean {
  if (a.configDigest !== null && b.configDigest !== null) return a.configDigest === b.configDigest;
  if (a.manifestDigest !== null && b.manifestDigest !== null) return a.manifestDigest === b.manifestDigest;
  return a.topDigest !== null && a.topDigest === b.topDigest;
}

export type VersionDigests = Pick<BaseVersion, 'topDigest' | 'manifestDigest' | 'configDigest'>;

/** A version, whatever names it. */
export type VersionContents = VersionDigests & Pick<BaseVersion, 'contents'>;

/** Whether a version is known by one of these digests, of its index or its manifest. */
export function isKnownAs(version: VersionDigests, digests: readonly (Digest | null)[]): boolean {
  return digests.some((digest) => digest !== null && (digest === version.topDigest || digest === version.manifestDigest));
}

/** The base an image was built on, as the user had it recorded at build time. `imageId`: the store's own id of the image. */
export type BuildNote = { readonly imageId: string; readonly base: BaseVersion; readonly recordedAt: number };
