import { hash } from 'node:crypto';
import { createdAt, type HistoryEntry } from '../../core/history.ts';
import type { ImageConfig } from '../../core/image-config.ts';
import { listAncestors } from '../listed/podman-build.ts';
import type { LayerRecord } from './decode-records.ts';

/** What of an image tells which other one it was made of: hashes, so that many images take little room. */
export type Kinship = {
  readonly steps: number;
  /** Of the whole history, and of all of it but the last step. */
  readonly history: string;
  readonly historyBefore: string;
  /** Of all layers, and of all but the top one. */
  readonly layers: string;
  readonly layersBelow: string;
};

/** What `findFamily` is told of an image; `kinship` null: it is no image with a config. */
export type Member = { readonly id: string; readonly topLayer: string | null; readonly kinship: Kinship | null };

/** Which images were made of which. */
export type Family = {
  /** The image this one differs from by one step of its history. */
  readonly parentOf: (id: string) => string | null;
  readonly hasChildren: (id: string) => boolean;
  /** Its parent, the parent of that, and so on. */
  readonly ancestorsOf: (id: string) => readonly string[];
};

/** Condenses a config to what its family shows in. */
export function kinshipOf({ history, diffIds }: Pick<ImageConfig, 'history' | 'diffIds'>): Kinship {
  let [before, whole] = ['', ''];
  for (const step of history) [before, whole] = [whole, hash('sha256', whole + identityOf(step))];
  return {
    steps: history.length,
    history: whole,
    historyBefore: before,
    layers: hash('sha256', diffIds.join(',')),
    layersBelow: hash('sha256', diffIds.slice(0, -1).join(',')),
  };
}

/**
 * Relates images as podman does: a parent has all but the last step of its child's history and its layers, or all of them but the top one. Of several that do
 * the first counts, those on the same top layer before those on the one below it.
 * Source: containers/common, libimage/layer_tree.go and oci.go, areParentAndChild().
 */
export function findFamily(members: readonly Member[], layers: ReadonlyMap<string, LayerRecord>): Family {
  const placed = members.flatMap(({ id, topLayer, kinship }) => {
    const isPlaced = kinship !== null && (topLayer === null || layers.has(topLayer));
    return isPlaced ? [{ id, topLayer: topLayer ?? '', kinship }] : [];
  });
  const firstOf = new Map<string, { readonly id: string; readonly position: number }>();
  placed.forEach(({ id, topLayer, kinship }, position) => {
    const key = keyOf(topLayer, kinship.history, kinship.layers);
    if (!firstOf.has(key)) firstOf.set(key, { id, position });
  });
  const keysWithChildren = new Set<string>();
  const parents = new Map<string, string>();
  for (const { id, topLayer, kinship } of placed) {
    if (kinship.steps === 0) continue;
    const below = layers.get(topLayer)?.parent ?? null;
    for (const layer of below === null ? [topLayer] : [topLayer, below]) {
      const keys = [kinship.layers, kinship.layersBelow].map((stack) => keyOf(layer, kinship.historyBefore, stack));
      const found = keys.flatMap((key) => firstOf.get(key) ?? []).sort((a, b) => a.position - b.position);
      keys.forEach((key) => keysWithChildren.add(key));
      const [first] = found;
      if (first !== undefined && !parents.has(id)) parents.set(id, first.id);
    }
  }
  const keys = new Map(placed.map(({ id, topLayer, kinship }) => [id, keyOf(topLayer, kinship.history, kinship.layers)]));
  return {
    parentOf: (id) => parents.get(id) ?? null,
    hasChildren: (id) => keysWithChildren.has(keys.get(id) ?? ''),
    ancestorsOf: (id) => listAncestors(id, parents),
  };
}

/** Texts as they are, times as moments. */
function identityOf(step: HistoryEntry): string {
  const instant = createdAt(step);
  const { createdBy, author, comment, emptyLayer } = step;
  return JSON.stringify([instant === null ? step.created : String(instant), createdBy, author, comment, emptyLayer]);
}

const keyOf = (layer: string, history: string, layers: string): string => `${layer} ${history} ${layers}`;
