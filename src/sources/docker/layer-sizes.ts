import { parseJson } from '../../core/json.ts';
import { countOf, fieldsOf, listOf, textOf } from '../fields.ts';
import { MAX_STEPS } from '../listed/podman-build.ts';
import { findEmptySteps, type SizedStep } from './empty-steps.ts';

/**
 * Decodes from `GET /images/{id}/history` what each of the image's `layers` takes, lowest first, in bytes.
 *
 * Of steps without a size it is not told which of them made a layer; only where they lie between the others matters, and it is null where that is open.
 * The classic store and podman tell what is in a layer, uncompressed; the containerd store what it takes unpacked, without the compressed one that is kept beside it.
 * Source: Engine API, HistoryResponseItem; moby, daemon/images/image_history.go and daemon/containerd/image_history.go; containers/common, libimage/history.go.
 */
export function decodeLayerSizes(document: unknown, layers: number): readonly number[] | null {
  if (!Array.isArray(document) || document.length > MAX_STEPS) return null;
  const steps = document.map(fieldsOf).map((step) => ({
    createdBy: textOf(step.get('CreatedBy')),
    comment: textOf(step.get('Comment')),
    size: bytesOf(step.get('Size')),
  }));
  const sizes = placeSizes(steps.reverse(), layers);
  return sizes?.length === layers ? sizes : null;
}

/** Sizes to the JSON that is remembered; null: the engine was asked, and what it tells does not suffice. */
export function encodeLayerSizes(sizes: readonly number[] | null): string {
  return JSON.stringify(sizes);
}

/** What `encodeLayerSizes` made of so many layers; null for anything else. */
export function recallLayerSizes(text: string, layers: number): { readonly sizes: readonly number[] | null } | null {
  const json = parseJson(text);
  if (!json.ok) return null;
  if (json.value === null) return { sizes: null };
  const sizes = listOf(json.value).map(bytesOf);
  return sizes.length === layers && sizes.every((size) => size !== null) ? { sizes } : null;
}

function bytesOf(value: unknown): number | null {
  return Number.isSafeInteger(value) ? countOf(value) : null;
}

/** Steps without a size that lie between the same two with one are all alike, so only how many of them made a layer counts. */
function placeSizes(steps: readonly SizedStep[], layers: number): readonly number[] | null {
  const empty = findEmptySteps(steps, layers);
  const told = steps.map(({ size }, step) => ({ size, isEmpty: empty[step] ?? null }));
  const made = told.filter(({ isEmpty }) => isEmpty === false);
  const open = told.flatMap(({ isEmpty }, step) => (isEmpty === null ? [step] : []));
  const [first, last] = [open[0] ?? 0, open.at(-1) ?? 0];
  const isSplit = told.slice(first, last + 1).some(({ size }) => size === null || size > 0);
  const missing = layers - made.length;
  if (missing < 0 || missing > open.length || (missing > 0 && missing < open.length && isSplit)) return null;
  const added = new Set(open.slice(0, missing));
  const sizes = told.flatMap(({ size, isEmpty }, step) => (isEmpty === false || added.has(step) ? [size] : []));
  return sizes.every((size) => size !== null) ? sizes : null;
}
