import type { Digest } from '../digest.ts';
import type { StockedImage } from '../find-unneeded.ts';

/**
 * A layer of a store. Which one it is says its place in the stack, as its chain id does: it is the same for two images where all below it are.
 * Source: OCI image-spec v1.1, config.md, "Layer ChainID".
 */
type Layer = {
  above: Map<Digest, Layer> | null;
  /** null where no image tells. */
  bytes: number | null;
  /** How many ids of the store have it. */
  holders: number;
  isNeeded: boolean;
};

/** The layers of all images of an id, each once, and the highest of each image. An image that does not tell its layers has none, and then they are not all. */
export type Planted = { readonly layers: readonly Layer[]; readonly areAll: boolean; readonly tops: readonly (Layer | null)[] };

/** Puts the layers of a store into one tree, for each of its ids the images that it has. */
export function plantLayers(ids: readonly (readonly StockedImage[])[]): readonly Planted[] {
  const root = makeLayer();
  return ids.map((images) => {
    const stacks = images.map((image) => climb(root, image));
    const layers = new Set(stacks.flatMap((stack) => stack ?? []));
    for (const layer of layers) layer.holders += 1;
    return { layers: [...layers], areAll: !stacks.includes(null), tops: stacks.map((stack) => stack?.at(-1) ?? null) };
  });
}

/** Notes that the layers of these are not to be freed. */
export function markNeeded(needed: readonly Planted[]): void {
  for (const { layers } of needed) for (const layer of layers) layer.isNeeded = true;
}

/** Whether a needed image stands on what this one is, or is as high: its removal frees nothing. */
export function isBelowNeeded({ tops }: Planted): boolean {
  return tops.every((top) => top?.isNeeded === true);
}

/** Bytes that no other id of the store has; null where they are not all known. */
export function bytesOfOnly({ layers, areAll }: Planted): number | null {
  const own = layers.filter(({ holders }) => holders === 1);
  return !areAll || own.some(({ bytes }) => bytes === null) ? null : own.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}

/** Bytes of all layers, or of all that are not needed, each counted once; what is not known is left out, and null is where nothing is. */
export function bytesOfAll(planted: readonly Planted[], which: 'every' | 'unneeded'): number | null {
  const counted = new Set<Layer>();
  let sum = planted.every(({ layers, areAll }) => areAll && layers.length === 0) ? 0 : null;
  for (const { layers } of planted) {
    for (const layer of layers) {
      if (counted.has(layer) || layer.bytes === null || (which === 'unneeded' && layer.isNeeded)) continue;
      counted.add(layer);
      sum = (sum ?? 0) + layer.bytes;
    }
  }
  return sum;
}

const makeLayer = (): Layer => ({ above: null, bytes: null, holders: 0, isNeeded: false });

/** The layers of an image, lowest first; null where it does not tell them. */
function climb(root: Layer, { image: { diffIds }, layerSizes }: StockedImage): readonly Layer[] | null {
  if (diffIds === null) return null;
  const sizes = layerSizes?.length === diffIds.length ? layerSizes : null;
  const stack: Layer[] = [];
  let below = root;
  for (const [position, diffId] of diffIds.entries()) {
    below.above ??= new Map();
    const layer = below.above.get(diffId) ?? makeLayer();
    below.above.set(diffId, layer);
    layer.bytes ??= sizes?.[position] ?? null;
    stack.push(layer);
    below = layer;
  }
  return stack;
}
