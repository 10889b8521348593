import type { Digest } from '../../core/digest.ts';
import type { Platform } from '../../core/platform.ts';

/** What keeps the images of an engine: docker's graph drivers, docker with containerd, podman. */
export type StoreKind = 'classic' | 'containerd' | 'podman';

/** An entry of `GET /images/json`. Names and digests are as the engine wrote them, without its `<none>`. */
export type ListedImage = {
  readonly id: string;
  readonly names: readonly string[];
  readonly digests: readonly string[];
  /** Seconds since the epoch. */
  readonly created: number | null;
  readonly size: number | null;
  readonly labels: ReadonlyMap<string, string>;
  /** The containerd store says it from API 1.48. */
  readonly target: Digest | null;
  /** The manifests of images in the target, without attestations, in its order; null where the engine does not list them. */
  readonly manifests: readonly ListedManifest[] | null;
  readonly podman: PodmanDetails;
};

/** What podman's list tells beyond docker's. */
export type PodmanDetails = {
  /** The image this one differs from by one step of its history. */
  readonly parentId: string | null;
  /** Every name it ever had here. */
  readonly formerNames: readonly string[];
  readonly manifestDigest: Digest | null;
  /** It has no name, and no image is made of it. */
  readonly dangling: boolean;
};

export type ListedManifest = {
  readonly digest: Digest;
  readonly platform: Platform;
  /** All of its content is on this machine. */
  readonly available: boolean;
  readonly size: number | null;
  readonly identity: Identity | null;
};

/** Where the engine knows an image to be from: Engine API 1.53, `Identity`. */
export type Identity = { readonly pulledFrom: readonly string[]; readonly built: boolean };

/** What of an image never changes as long as its id does not. */
export type ImageFacts = {
  readonly platform: Platform | null;
  /** RFC 3339 UTC. */
  readonly created: string | null;
  readonly diffIds: readonly Digest[] | null;
  readonly labels: ReadonlyMap<string, string>;
  /** Where the engine does not tell it and it was seen all the same. */
  readonly configDigest: Digest | null;
};

/** What of `GET /images/{id}/json` never changes, and the identity, which can. */
export type InspectedImage = { readonly facts: ImageFacts; readonly identity: Identity | null };
