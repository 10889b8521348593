import { parseDigest } from '../../core/digest.ts';
import type { History, HistoryEntry } from '../../core/history.ts';
import type { Ancestor, BuildRecord } from '../../core/installed.ts';
import { findEmptySteps } from './empty-steps.ts';
import { countOf, fieldsOf, labelsOf, listOf, textOf, type Fields } from '../fields.ts';

/** More steps than any builder makes; a layer limit of 127 holds in all stores. */
const MAX_STEPS = 2_000;

/** More than a registry takes for a config or a manifest: what is longer is nobody's history. */
const MAX_TEXT = 4 * 1024 * 1024;

/**
 * Decodes `GET /images/{id}/history`; null when it is no such thing.
 *
 * The answer is newest step first, times in whole seconds, 0 where there is none. A step has the id of the image it completed, where that is here: the first one
 * the image's own, those below it are ancestors, each one step shorter than the one above it. `layers`: how many the image has.
 * Source: Engine API, HistoryResponseItem; moby, daemon/images/image_history.go and daemon/containerd/image_history.go.
 */
export function decodeHistory(document: unknown, layers: number | null): BuildRecord | null {
  // A nil slice: the containerd store has no history of such an image.
  const items = document === null ? [] : document;
  if (!Array.isArray(items)) return null;
  if (items.length > MAX_STEPS) return { history: null, annotations: new Map(), ancestors: [] };
  const steps = items.map(fieldsOf);
  const ancestors = steps.flatMap((step, index) => {
    const imageId = index === 0 ? null : parseDigest(step.get('Id'));
    return imageId === null ? [] : [{ imageId, steps: steps.length - index }];
  });
  return { history: bounded(readSteps(steps.toReversed(), layers), 'seconds'), annotations: new Map(), ancestors };
}

function readSteps(steps: readonly Fields[], layers: number | null): readonly HistoryEntry[] {
  const told = steps.map((step) => ({
    created: readSeconds(step.get('Created')),
    createdBy: textOf(step.get('CreatedBy')),
    comment: textOf(step.get('Comment')),
    size: countOf(step.get('Size')),
  }));
  const empty = findEmptySteps(told, layers);
  return told.map(({ created, createdBy, comment }, index) => ({
    created,
    createdBy,
    comment,
    author: null,
    emptyLayer: empty[index] ?? null,
  }));
}

/** Seconds of the years 1 and 10000. The first is Go's zero time. */
const [FIRST_SECOND, LAST_SECOND] = [-62_135_596_800, 253_402_300_799] as const;

/** Seconds since the epoch as RFC 3339; 0, which stands for none as well as for a time set to the epoch, as none. */
function readSeconds(value: unknown): string | null {
  if (typeof value !== 'number' || !Number.isInteger(value) || value === 0 || value < FIRST_SECOND || value > LAST_SECOND) return null;
  return new Date(value * 1000).toISOString().replace('.000Z', 'Z');
}

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
    history: steps.length > MAX_STEPS ? null : bounded(steps.map(fieldsOf).map(readStep), 'exact'),
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

/** podman's parents are each one step shorter than their child. Source: containers/common, libimage, areParentAndChild(). */
export function countSteps(ancestors: readonly string[], steps: number): readonly Ancestor[] {
  return ancestors.flatMap((id, index) => {
    const imageId = parseDigest(id);
    return imageId === null || steps - index - 1 < 1 ? [] : [{ imageId, steps: steps - index - 1 }];
  });
}

/** What is cut off would be a lie about how the image began: so all or nothing. */
function bounded(entries: readonly HistoryEntry[], precision: History['precision']): History | null {
  const texts = entries.flatMap(({ created, createdBy, comment, author }) => [created, createdBy, comment, author]);
  return lengthOf(texts) > MAX_TEXT ? null : { entries, precision };
}

function lengthOf(texts: readonly (string | null)[]): number {
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}
