/**
 * Why an image is not needed any more: because of something newer, never because of its age.
 *
 * - `superseded`: a newer image of the same repository is here, and nothing here uses this one
 * - `dangling`: it lost its name to a newer build or pull, and nothing here uses it
 * - `unused`: nothing here uses it, and its registry offers something newer
 */
export type UnneededKind = 'superseded' | 'dangling' | 'unused';

export const UNNEEDED_KINDS = ['superseded', 'dangling', 'unused'] as const satisfies readonly UnneededKind[];

/** What the image stores of a machine hold, and what of it nothing needs. Sizes are bytes on this machine; a layer that several images have counts once. */
export type StoreNeeds = {
  /** All images that are here, also those without a name. */
  readonly images: number;
  /** What they hold, as far as sizes of layers are told; null where none is. */
  readonly bytes: number | null;
  /** By kind, in the order above, then by `bytes`, the largest first. */
  readonly unneeded: readonly UnneededImage[];
  /** What is freed when all unneeded images are removed together, as far as sizes of layers are told; null where none is. */
  readonly freedBytes: number | null;
};

/** An image that nothing needs. */
export type UnneededImage = {
  readonly kind: UnneededKind;
  /** The store's own id, for `docker rmi`. */
  readonly id: string;
  /** Canonical, and familiar; of several names the first by which it is so; null for an image without a name. */
  readonly reference: string | null;
  readonly name: string | null;
  readonly platform: string;
  /** What is freed when it alone is removed; null where it is not known. One that others stand on, which are not needed either, frees nothing alone. */
  readonly bytes: number | null;
  /** One sentence without its full stop: `nginx:1.27.5 is here`. */
  readonly because: string;
  /** Where it is: `docker-daemon`, `unix:///var/run/docker.sock`. */
  readonly kindOfPlace: string;
  readonly location: string;
};
