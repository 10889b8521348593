import { parseDigest } from '../../core/digest.ts';
import type { History, HistoryEntry } from '../../core/history.ts';
import type { Ancestor, BuildRecord } from '../../core/installed.ts';
import { fieldsOf, labelsOf, listOf, textOf, type Fields } from '../fields.ts';

/** More steps than any builder makes; a layer limit of 127 holds in all stores. */
export const MAX_STEPS = 2_000;

/** More than a registry takes for a config or a manifest: what is longer is nobody's history. */
const MAX_TEXT = 4 * 1024 * 1024;

/**
 * Decodes podman's own inspection of an image, `GET /libpod/images/{id}/json`; null when it has no history.
 * Source: podman-system-service(1), libpod API; containers/common, libimage/inspect.go.
 */
export function decodePodmanImage(document: unknown, ancestors: readonly string[]): BuildRecord | null {
  const image = fieldsOf(document);
  const listed = image.get('History');
  if (listed !== null && !Array.isArray(listed)) return null;
  const steps = listOf(listed);
  const annotations = labelsOf(image.get('Annotations'));
  return {
    history: steps.length > MAX_STEPS ? null : boundHistory(steps.map(fieldsOf).map(readStep), 'exact'),
    annotations: lengthOf([...annotations].flat()) > MAX_TEXT ? new Map() : annotations,
    ancestors: countSteps(ancestors, steps.length),
  };
}

function readStep(step: Fields): HistoryEntry {
  return {
    created: textOf(step.get('created')),
    createdBy: textOf(step.get('created_by')),
    comment: textOf(step.get('comment')),
    author: textOf(step.get('author')),
    emptyLayer: step.get('empty_layer') === true,
  };
}

/** The images that podman says an image was made from, the nearest first. `parents`: the id of each image's parent; null, or nothing, where it has none. */
export function listAncestors(id: string, parents: ReadonlyMap<string, string | null>): readonly string[] {
  const lineage = new Set([id]);
  let parent = parents.get(id) ?? null;
  while (parent !== null && !lineage.has(parent)) {
    lineage.add(parent);
    parent = parents.get(parent) ?? null;
  }
  return [...lineage].slice(1);
}

/** podman's parents are each one step shorter than their child. Source: containers/common, libimage, areParentAndChild(). */
export function countSteps(ancestors: readonly string[], steps: number): readonly Ancestor[] {
  return ancestors.flatMap((id, index) => {
    const imageId = parseDigest(id);
    return imageId === null || steps - index - 1 < 1 ? [] : [{ imageId, steps: steps - index - 1 }];
  });
}

/** The history, or null where its texts are too long: what is cut off would be a lie about how the image began. */
export function boundHistory(entries: readonly HistoryEntry[], precision: History['precision']): History | null {
  const texts = entries.flatMap(({ created, createdBy, comment, author }) => [created, createdBy, comment, author]);
  return lengthOf(texts) > MAX_TEXT ? null : { entries, precision };
}

function lengthOf(texts: readonly (string | null)[]): number {
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}
