import { hash } from 'node:crypto';
import type { Digest } from './digest.ts';
import type { Manifest } from './documents.ts';
import type { ImageConfig } from './image-config.ts';

/** What a pull would fetch: `bytes` are compressed bytes of the `layers` that are missing here, out of `totalLayers`. */
export type Download = { readonly bytes: number; readonly layers: number; readonly totalLayers: number };

/**
 * Chain ids of every prefix of a layer stack, lowest first: two stacks share their first n layers exactly when their n-th chain ids are equal.
 *
 * Source: OCI image-spec v1.1, config.md, "Layer ChainID".
 */
export function chainIds(diffIds: readonly string[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : `sha256:${hash('sha256', `${below} ${diffId}`)}`);
  }
  return chain;
}

/**
 * What a pull of an image would fetch, given the layer stacks that are here.
 *
 * An engine keeps a layer by its place in the stack, so a layer is here when its chain id is; layers that occur twice are fetched once.
 * @returns null when the manifest and the config do not tell of the same layers.
 */
export function planDownload(manifest: Manifest, config: ImageConfig, chainsHere: ReadonlySet<string>): Download | null {
  if (manifest.layers.length !== config.diffIds.length) return null;
  const chain = chainIds(config.diffIds);
  const missing = new Map<Digest, number>();
  manifest.layers.forEach((layer, position) => {
    const chainId = chain[position];
    if (chainId !== undefined && !chainsHere.has(chainId)) missing.set(layer.digest, layer.size);
  });
  const bytes = [...missing.values()].reduce((sum, size) => sum + size, 0);
  return { bytes, layers: missing.size, totalLayers: manifest.layers.length };
}
