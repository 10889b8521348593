import { countCommonSteps, createdAt } from '../history.ts';
import type { ImageContents } from '../image-contents.ts';
import type { Confidence, LayerDifference } from '../verdict.ts';
import type { Comparison } from './comparison.ts';
import type { Carrying } from './compared-image.ts';
import { stepOfLayer } from './layer-steps.ts';

/** What is said beside the movement itself. */
export type Told = { readonly confidence: Confidence; readonly notes: readonly string[] };

type Moved = Extract<Comparison, { readonly kind: 'moved' }>;

/** The base dropped its uppermost `dropped` layers; `at` is how many it has now. `old` is anything that has the layers it had. */
export function upperLayersRemoved(name: string, layers: { old: ImageContents; at: number; dropped: number }, told: Told): Moved {
  const { old, at, dropped } = layers;
  const why = `${name} dropped its top ${dropped === 1 ? 'layer; this image still carries it' : `${dropped} layers; this image still carries them`}`;
  const difference = { position: at, installedBy: stepOfLayer(old, at), candidateBy: null };
  return { kind: 'moved', movement: 'upper-layers-removed', difference, why, ...told };
}

/** The movement when the base once had `layers` layers; null when that is not more than it has now, or not known. */
export function dropsTo({ image, now, name }: Carrying, layers: number | null, confidence: Confidence): Moved | null {
  const dropped = (layers ?? 0) - now.diffIds.length;
  if (dropped <= 0) return null;
  return upperLayersRemoved(name, { old: image.contents, at: now.diffIds.length, dropped }, { confidence, notes: [] });
}

/** Another layer lies at `difference.position`, or none before. */
export function layersDiffer(difference: LayerDifference, why: string, told: Told): Moved {
  return { kind: 'moved', movement: 'layers-differ', difference, why, ...told };
}

/** The layers are the same. */
export function metadataOnly(why: string, told: Told): Moved {
  return { kind: 'moved', movement: 'metadata-only', difference: null, why, ...told };
}

/** Moved for sure, and how cannot be told. */
export function undetermined(why: string, told: Told): Moved {
  return { kind: 'moved', movement: 'undetermined', difference: null, why, ...told };
}

/** The layers at `position` of an image, or of the base it was built on, and of the base as it is now. */
export function differenceAt(position: number, old: ImageContents, now: ImageContents): LayerDifference {
  return { position, installedBy: stepOfLayer(old, position), candidateBy: stepOfLayer(now, position) };
}

/** A note on what stays open. */
export const UNTOLD = 'whether it dropped layers this image still carries cannot be told';

/** What is said where the steps are the same and the layers are not. Source: containerd/stargz-snapshotter, docs/estargz.md. */
export const REPACKED = 'the steps that made it are the same: its layers were packed anew, as a conversion to eStargz does';

/** Whether all steps of `now` are the first ones of `old`, at the very same times. */
export function isRepacked(old: ImageContents, now: ImageContents): boolean {
  if (old.history === null || now.history === null || now.history.entries.length === 0) return false;
  if (now.history.entries.some((entry) => createdAt(entry) === null)) return false;
  return countCommonSteps(old.history, now.history) === now.history.entries.length;
}

/** `count(1, 'layer')` is `1 layer`, `count(2, 'layer')` is `2 layers`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
