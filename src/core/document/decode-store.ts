import { type StoreNeeds, UNNEEDED_KINDS, type UnneededImage } from '../unneeded.ts';
import { field, orNull, readCount, readEach, readText, readWord, type Spot } from './spot.ts';

/** Reads what image stores hold that nothing needs. */
export function decodeStore(store: Spot): StoreNeeds {
  return {
    images: readCount(field(store, 'images')),
    bytes: orNull(field(store, 'bytes'), readCount),
    unneeded: readEach(field(store, 'unneeded'), decodeUnneeded),
    freedBytes: orNull(field(store, 'freedBytes'), readCount),
  };
}

function decodeUnneeded(image: Spot): UnneededImage {
  return {
    kind: readWord(field(image, 'kind'), UNNEEDED_KINDS),
    id: readText(field(image, 'id')),
    reference: orNull(field(image, 'reference'), readText),
    name: orNull(field(image, 'name'), readText),
    platform: readText(field(image, 'platform')),
    bytes: orNull(field(image, 'bytes'), readCount),
    because: readText(field(image, 'because')),
    kindOfPlace: readText(field(image, 'kindOfPlace')),
    location: readText(field(image, 'location')),
  };
}
