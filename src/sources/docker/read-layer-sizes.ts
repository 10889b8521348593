import type { Inventory, Memory } from '../../check/ports.ts';
import type { Variant } from '../listed/variants.ts';
import { recallLayerSizes } from './layer-sizes.ts';
import type { InstalledVariant } from './read-build.ts';
import { keyOf, type ReadHistory } from './read-history.ts';

export type LayerSizesOptions = {
  readonly installed: readonly InstalledVariant[];
  readonly facts: Pick<Memory, 'readFacts'>;
  readonly readHistory: ReadHistory;
};

/**
 * Makes what tells how many bytes each layer of an image takes: asked of the engine once in the image's life, what is remembered of all images looked up at once.
 *
 * The answer is null for an image that is not of the list, for one of which the engine does not tell, and where its history does not tell of as many layers.
 */
export function createLayerSizesReader({ installed, facts, readHistory }: LayerSizesOptions): NonNullable<Inventory['readLayerSizes']> {
  let opened: Recalled | null = null;
  return async (image) => {
    const { variants, remembered } = (opened ??= recall(installed, facts));
    const variant = variants.get(keyOf(image));
    if (variant === undefined || image.diffIds === null) return null;
    const text = variant.sizesKey === null ? undefined : remembered.get(variant.sizesKey);
    const known = text === undefined ? null : recallLayerSizes(text, image.diffIds.length);
    return known === null ? ((await readHistory(image, variant))?.sizes ?? null) : known.sizes;
  };
}

type Recalled = { readonly variants: ReadonlyMap<string, Variant>; readonly remembered: ReadonlyMap<string, string> };

function recall(installed: readonly InstalledVariant[], facts: LayerSizesOptions['facts']): Recalled {
  const variants = new Map(installed.map(({ image, variant }) => [keyOf(image), variant]));
  return { variants, remembered: facts.readFacts([...variants.values()].flatMap(({ sizesKey }) => sizesKey ?? [])) };
}
