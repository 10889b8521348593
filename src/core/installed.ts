import type { Findings } from './base/claim.ts';
import type { Digest } from './digest.ts';
import type { History } from './history.ts';
import type { Platform } from './platform.ts';
import type { Reference, Repository } from './reference.ts';

/**
 * An image that is here, for one platform, as its store knows it.
 *
 * `imageId` is the store's own id: the config digest in the classic Docker store and in podman, the target's digest in the containerd store.
 */
export type InstalledImage = {
  readonly imageId: string;
  /** Digest of the config document where the store tells it; null in the containerd store. */
  readonly configDigest: Digest | null;
  readonly platform: Platform;
  /** RFC 3339 UTC. */
  readonly created: string | null;
  /** Bytes on this machine. */
  readonly size: number | null;
  /** Uncompressed layers, lowest first; null where the store did not say. */
  readonly diffIds: readonly Digest[] | null;
  readonly labels: ReadonlyMap<string, string>;
  /** Every tagged name of the image. */
  readonly tags: readonly Reference[];
  /** Every digest it is known by in a repository, manifests and indexes alike, in no meaningful order. */
  readonly repoDigests: readonly (Repository & { readonly digest: Digest })[];
  /** Digests it is known by whatever the repository: the containerd store's target, and this platform's manifest in it. */
  readonly contentDigests: readonly Digest[];
  /** What its config says, whatever document says it (`fingerprintOf`): tools write another document when they convert an image. null where the store keeps documents as they are. */
  readonly fingerprint: string | null;
  readonly origin: Origin;
};

/**
 * What the store can prove about where an image came from.
 *
 * - `repo-digests`: classic store; a digest for a repository is there only after a pull from it or a push to it
 * - `identity`: containerd store with Engine API 1.53 or later; `pulledFrom` are the repositories it was pulled from or pushed to, their registries without
 *   ports, which containerd's labels do not keep; `built` says it was built here by BuildKit; neither: built otherwise, imported or loaded
 * - `unrecorded`: containerd store before that; its digests say nothing about any registry
 * - `podman`: every name is combined with every digest, so digests prove nothing; images from no registry are named `localhost/...`
 * - `carried`: an archive or a layout, whose names and manifests are what the tool that wrote it gave it; a digest for a repository is there only where that tool
 *   recorded a pull from it or a push to it, and is believed of this image alone
 * - `named`: nothing is here; a file names what is to be pulled, with or without the digest it has to have
 */
export type Origin =
  | { readonly kind: 'repo-digests' }
  | { readonly kind: 'identity'; readonly pulledFrom: readonly Repository[]; readonly built: boolean }
  | { readonly kind: 'unrecorded' }
  | { readonly kind: 'podman' }
  | { readonly kind: 'carried' }
  | { readonly kind: 'named' };

/** An image of which nothing is known but its name and what it is wanted for. `imageId`: the name. */
export function makeNamedImage(imageId: string, platform: Platform): InstalledImage {
  return {
    imageId,
    configDigest: null,
    platform,
    created: null,
    size: null,
    diffIds: null,
    labels: new Map(),
    tags: [],
    repoDigests: [],
    contentDigests: [],
    fingerprint: null,
    origin: { kind: 'named' },
  };
}

/** What a store tells of how an image was made. */
export type BuildRecord = {
  /** null where it does not tell. */
  readonly history: History | null;
  /** Annotations of its manifest, where the store keeps and tells them (podman); they may name the base. */
  readonly annotations: ReadonlyMap<string, string>;
  /** Images it was made from step by step on this machine, the nearest first: docker's classic builder keeps each step. */
  readonly ancestors: readonly Ancestor[];
  /** What manifests, indexes and attestations that came with it record of its base, as its registry would tell it; left out where none can come with it. */
  readonly recorded?: Findings;
};

/** `steps`: how many entries of the image's history are this ancestor's. */
export type Ancestor = { readonly imageId: Digest; readonly steps: number };

/** A container, with the image it really runs. */
export type Container = {
  readonly name: string;
  readonly running: boolean;
  /** The store's id of the image it was created from. */
  readonly imageId: string;
  /** The digest of the platform manifest it runs, where the engine says (API 1.48). */
  readonly manifestDigest: Digest | null;
  /** The name it was created with; null when it was created by id. */
  readonly reference: Reference | null;
};
