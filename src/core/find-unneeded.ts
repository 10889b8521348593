import { groupBy } from './group.ts';
import type { InstalledImage } from './installed.ts';
import { renderPlatform } from './platform.ts';
import { compareText, type Reference, renderFamiliar, renderReference } from './reference.ts';
import { bytesOfAll, bytesOfOnly, isBelowNeeded, markNeeded, plantLayers, type Planted } from './unneeded/layers.ts';
import { type Grounds, findGrounds } from './unneeded/grounds.ts';
import { indexNames } from './unneeded/names-here.ts';
import { type StoreNeeds, UNNEEDED_KINDS, type UnneededImage } from './unneeded.ts';
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

/**
 * Finds what nothing needs in image stores: see UnneededKind. What is carried, in archives and layouts, is no store's.
 *
 * An image is needed when a container was made of it, when it is held back, when it may not be had again (its tag is local, gone or not known, or names another
 * image while nothing proves that this one was ever pulled), and when it is all that its registry offers. One on whose layers a needed one stands is not told, as
 * its removal frees nothing.
 * Of an image with several names, or with several platforms under one id, all have to be unneeded.
 */
export function findUnneeded(stock: readonly StockedImage[]): StoreNeeds {
  const stored = stock.filter(({ image: { origin } }) => origin.kind !== 'carried' && origin.kind !== 'named');
  const places = [...groupBy(stored, ({ place }) => JSON.stringify([place.kind, place.location])).values()].map(findInPlace);
  return {
    images: places.reduce((sum, { images }) => sum + images, 0),
    bytes: sumOf(places.map(({ bytes }) => bytes)),
    unneeded: places
      .flatMap(({ unneeded }) => unneeded)
      .sort(compareUnneeded)
      .map(({ image }) => image),
    freedBytes: sumOf(places.filter(({ unneeded }) => unneeded.length > 0).map(({ freedBytes }) => freedBytes)),
  };
}

/** An id of a store: one image, or in containerd's one for each platform. */
type Held = Planted & { readonly first: StockedImage; readonly grounds: Grounds | null };

/** `height`: how many layers it has. */
type Told = { readonly image: UnneededImage; readonly height: number };

function findInPlace(stock: readonly StockedImage[]): Omit<StoreNeeds, 'unneeded'> & { readonly unneeded: readonly Told[] } {
  const names = indexNames(stock);
  const byId = [...groupBy(stock, ({ image }) => image.imageId).values()];
  const planted = plantLayers(byId);
  const held = byId.flatMap((parts, position): readonly Held[] => {
    const [first, ...others] = parts.toSorted((a, b) => compareText(platformOf(a), platformOf(b)));
    const layers = planted[position];
    if (first === undefined || layers === undefined) return [];
    const isNeeded = others.some((part) => findGrounds(part, names) === null);
    return [{ ...layers, first, grounds: isNeeded ? null : findGrounds(first, names) }];
  });
  markNeeded(held.filter(({ grounds }) => grounds === null));
  const unneeded = held.filter((each) => each.grounds !== null && !isBelowNeeded(each));
  return {
    images: held.length,
    bytes: bytesOfAll(held, 'every'),
    unneeded: unneeded.flatMap((each) =>
      each.grounds === null ? [] : [{ image: describe(each, each.grounds), height: each.layers.length }],
    ),
    freedBytes: bytesOfAll(unneeded, 'unneeded'),
  };
}

function describe(held: Held, { kind, reference, because }: Grounds): UnneededImage {
  const { image, place } = held.first;
  return {
    kind,
    id: image.imageId,
    reference: reference === null ? null : renderReference(reference),
    name: reference === null ? null : renderFamiliar(reference),
    platform: platformOf(held.first),
    bytes: bytesOfOnly(held),
    because,
    kindOfPlace: place.kind,
    location: place.location,
  };
}

const platformOf = ({ image }: StockedImage): string => renderPlatform(image.platform);

/** What is not known is left out; null where nothing is known of any. */
function sumOf(sizes: readonly (number | null)[]): number | null {
  const known = sizes.filter((size) => size !== null);
  return known.length === 0 && sizes.length > 0 ? null : known.reduce((sum, size) => sum + size, 0);
}

/** Of those that free nothing alone the higher ones come first, as they may stand on the others. */
function compareUnneeded({ image: a, height: heightOfA }: Told, { image: b, height: heightOfB }: Told): number {
  return (
    UNNEEDED_KINDS.indexOf(a.kind) - UNNEEDED_KINDS.indexOf(b.kind) ||
    (b.bytes ?? -1) - (a.bytes ?? -1) ||
    (a.bytes === 0 ? heightOfB - heightOfA : 0) ||
    compareText(a.reference ?? '', b.reference ?? '') ||
    compareText(a.id, b.id) ||
    compareText(a.location, b.location)
  );
}
