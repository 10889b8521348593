import type { Memory } from '../../check/ports.ts';
import type { BuildRecord, InstalledImage } from '../../core/installed.ts';
import { renderPlatform } from '../../core/platform.ts';
import type { Variant } from '../listed/variants.ts';
import type { AskEngine } from './ask-engine.ts';
import { decodeHistory } from './build-wire.ts';
import type { Engine } from './engine.ts';
import { decodeLayerSizes, encodeLayerSizes } from './layer-sizes.ts';

/** What one answer of `GET /images/{id}/history` tells of an image: how it was made, and what its layers take. */
export type ToldHistory = { readonly record: BuildRecord | null; readonly sizes: readonly number[] | null };

/** null: the engine does not tell. */
export type ReadHistory = (image: InstalledImage, variant: Variant) => Promise<ToldHistory | null>;

export type HistoryReaderOptions = {
  readonly engine: Pick<Engine, 'imageHistory'>;
  readonly ask: AskEngine;
  readonly facts: Pick<Memory, 'writeFacts'>;
};

/** Makes what asks the engine for the history of an image, once in a run, and remembers what layers take whatever it is asked for. */
export function createHistoryReader({ engine, ask, facts }: HistoryReaderOptions): ReadHistory {
  const running = new Map<string, Promise<ToldHistory | null>>();
  const read = async (image: InstalledImage, { image: { id }, historyQuery, sizesKey }: Variant): Promise<ToldHistory | null> => {
    const history = await ask(() => engine.imageHistory(id, historyQuery));
    if (history === undefined) return null;
    const layers = image.diffIds?.length ?? null;
    const sizes = layers === null ? null : decodeLayerSizes(history, layers);
    if (layers !== null && sizesKey !== null) facts.writeFacts(new Map([[sizesKey, encodeLayerSizes(sizes)]]));
    return { record: decodeHistory(history, layers), sizes };
  };
  return (image, variant) => {
    const key = keyOf(image);
    const known = running.get(key) ?? read(image, variant);
    running.set(key, known);
    return known;
  };
}

/** Of each platform an image is here for. */
export const keyOf = (image: InstalledImage): string => `${image.imageId} ${renderPlatform(image.platform)}`;
