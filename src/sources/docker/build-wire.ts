import { parseDigest } from '../../core/digest.ts';
import type { HistoryEntry } from '../../core/history.ts';
import type { BuildRecord } from '../../core/installed.ts';
import { countOf, fieldsOf, textOf, type Fields } from '../fields.ts';
import { boundHistory, MAX_STEPS } from '../listed/podman-build.ts';
import { findEmptySteps } from './empty-steps.ts';

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
  return { history: boundHistory(readSteps(steps.toReversed(), layers), 'seconds'), annotations: new Map(), ancestors };
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
