import { EMPTY_LAYER } from '../image-contents.ts';
import { chainIds } from '../layers.ts';

/** An image on a host, with its layers, lowest first; null where they are not told. */
export type StackedImage = { readonly host: string; readonly platform: string; readonly diffIds: readonly string[] | null };

/**
 * Finds for each image the one that it is built on, among those of its host and platform: the one whose layers are its lowest ones, and the most of them.
 *
 * Of two images that stand on a base that moved, one may stand on the other: nothing names the other as its base while that is as it was, and it is built first
 * all the same. Images of the very same layers do not stand on each other; of those the first is taken for all.
 */
export function findStackedBases<T extends StackedImage>(images: readonly T[]): ReadonlyMap<T, T> {
  const stacks = images.map((image) => ({ image, chain: chainIds(image.diffIds ?? []) }));
  const byStack = new Map<string, T>();
  for (const { image, chain } of stacks) {
    const top = chain.at(-1);
    const isWorthNothing = image.diffIds?.every((diffId) => diffId === EMPTY_LAYER) !== false;
    if (top !== undefined && !isWorthNothing && !byStack.has(keyOf(image, top))) byStack.set(keyOf(image, top), image);
  }
  const found = new Map<T, T>();
  for (const { image, chain } of stacks) {
    for (let below = chain.length - 2; below >= 0; below -= 1) {
      const base = byStack.get(keyOf(image, chain[below] ?? ''));
      if (base === undefined) continue;
      found.set(image, base);
      break;
    }
  }
  return found;
}

const keyOf = ({ host, platform }: StackedImage, chainId: string): string => JSON.stringify([host, platform, chainId]);
