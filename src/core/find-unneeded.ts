import type { InstalledImage } from './installed.ts';
import type { Reference } from './reference.ts';
import type { StoreNeeds } from './unneeded.ts';
import type { NewerVerdict, TagVerdict } from './verdict.ts';

/** An image as a store has it, with what was found out about it. */
export type StockedImage = {
  readonly image: InstalledImage;
  /** As its inventory says: `docker-daemon`, `unix:///var/run/docker.sock`. Images of different places have nothing to do with each other. */
  readonly place: { readonly kind: string; readonly location: string };
  /** A container was made of it, running or not; or it is wanted here for another reason. */
  readonly isUsed: boolean;
  /** It is held back or ignored under any of its names. */
  readonly isHeld: boolean;
  /** Bytes of each of its layers on this machine, as its `diffIds` are; null where they are not told. */
  readonly layerSizes: readonly number[] | null;
  /** What was answered about its tags; an image with a tag that is not among them is never listed. */
  readonly answers: readonly StockedAnswer[];
};

/** What the registry says of one tag of an image. */
export type StockedAnswer = { readonly reference: Reference; readonly tag: TagVerdict; readonly newer: NewerVerdict };

/** Finds what nothing needs in image stores. */
export function findUnneeded(stock: readonly StockedImage[]): StoreNeeds {
  return { images: stock.length, bytes: null, unneeded: [], freedBytes: null };
}
