import type { Digest } from './digest.ts';
import type { History } from './history.ts';
import type { ImageConfig } from './image-config.ts';

/** What an image is made of, wherever that was learned: from its config document, from an engine, from what is remembered. */
export type ImageContents = {
  /** Uncompressed layers, lowest first. */
  readonly diffIds: readonly Digest[];
  /** null where it is not known. */
  readonly history: History | null;
  /** RFC 3339. */
  readonly created: string | null;
  /** What a container of it starts with, each as JSON text by its key in the config (`Env`, `Cmd`); null where it is not known. */
  readonly settings: ReadonlyMap<string, string> | null;
};

/** 1024 bytes of nothing: the layer every image without any shares with all others. Source: moby, layer/empty.go, DigestSHA256EmptyTar. */
export const EMPTY_LAYER = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

/** What a config document says an image is made of. */
export function contentsOf(config: ImageConfig): ImageContents {
  return {
    diffIds: config.diffIds,
    history: { entries: config.history, precision: 'exact' },
    created: config.created,
    settings: config.settings,
  };
}

/** How many layers two stacks share, from the lowest on. */
export function countCommonLayers(a: readonly Digest[], b: readonly Digest[]): number {
  const shorter = Math.min(a.length, b.length);
  for (let position = 0; position < shorter; position += 1) if (a[position] !== b[position]) return position;
  return shorter;
}

/** Whether two images have the very same layers. */
export function hasSameLayers(a: Pick<ImageContents, 'diffIds'>, b: Pick<ImageContents, 'diffIds'>): boolean {
  return a.diffIds.length === b.diffIds.length && countCommonLayers(a.diffIds, b.diffIds) === a.diffIds.length;
}

/** Whether all of `base` lies below the top of `image`, and is worth something as a proof: the shared empty layer is none. */
export function isProvenPrefix(base: readonly Digest[], image: readonly Digest[]): boolean {
  return countCommonLayers(base, image) === base.length && base.some((diffId) => diffId !== EMPTY_LAYER);
}
