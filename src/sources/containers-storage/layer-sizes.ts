import type { Inventory } from '../../check/ports.ts';
import type { LayerRecord } from './decode-records.ts';
import type { Listed } from './read-catalog.ts';

type Layers = ReadonlyMap<string, LayerRecord>;

/** Makes what tells how many bytes each layer of an image takes, as the storage counted them: uncompressed. null where it did not count all. */
export function createLayerSizesReader(images: ReadonlyMap<string, Listed>, layers: Layers): NonNullable<Inventory['readLayerSizes']> {
  return ({ imageId, diffIds }) => {
    const top = images.get(imageId)?.record.topLayer ?? null;
    return Promise.resolve(diffIds === null ? null : sizesBelow(top, diffIds.length, layers));
  };
}

/** Lowest first; null where the storage has another number of layers. */
function sizesBelow(top: string | null, count: number, layers: Layers): readonly number[] | null {
  const sizes: number[] = [];
  let id = top;
  while (id !== null && sizes.length < count) {
    const layer = layers.get(id);
    if (layer?.size == null) return null;
    sizes.push(layer.size);
    id = layer.parent;
  }
  return id === null && sizes.length === count ? sizes.reverse() : null;
}
