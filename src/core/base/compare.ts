import { countCommonLayers, EMPTY_LAYER, type ImageContents } from '../image-contents.ts';
import { findEnds } from './base-end.ts';
import type { ComparedImage } from './compared-image.ts';
import { compareSteps } from './compare-steps.ts';
import type { Comparison } from './comparison.ts';
import { findLayerSteps } from './layer-steps.ts';
import { count, differenceAt, isRepacked, layersDiffer, REPACKED } from './movement.ts';
import { hasOneTime, repeatsInstructions } from './rewritten.ts';

/**
 * Says whether a base, as its tag names it now, is still what an image was built on, from what is in both. `name` is for the sentence.
 *
 * The base's layers have to be the image's lowest ones, and its steps the image's first ones: a base that dropped its uppermost layers still has all its layers
 * in the image, but the settings that were written after them are steps of another time. The shared empty layer proves nothing.
 * Source: OCI image-spec v1.1, config.md (`rootfs.diff_ids`, `history`).
 */
export function compare(image: ComparedImage, now: ImageContents, name: string): Comparison {
  const isEmpty = (layers: ImageContents['diffIds']): boolean => layers.every((diffId) => diffId === EMPTY_LAYER);
  if (isEmpty(now.diffIds)) {
    return { kind: 'undecided', reason: 'no-evidence', why: `${name} has no layer that could be compared`, notes: [] };
  }
  const shared = countCommonLayers(image.contents.diffIds, now.diffIds);
  if (shared === now.diffIds.length) return compareSteps(image, now, name);
  if (isEmpty(now.diffIds.slice(0, shared))) return compareForeign(image, now, name);
  return compareLayers(image, now, { name, shared });
}

/** The image has some of the base's layers. */
function compareLayers(image: ComparedImage, now: ImageContents, about: { name: string; shared: number }): Comparison {
  const { name, shared } = about;
  const difference = differenceAt(shared, image.contents, now);
  const all = now.diffIds.length;
  if (endsAt(image, shared)) {
    const why = `${name} has ${count(all - shared, 'new layer')} on top`;
    return layersDiffer({ ...difference, installedBy: null }, why, { confidence: 'high', notes: [] });
  }
  if (shared === image.contents.diffIds.length) {
    const why = `${name} has ${count(all - shared, 'layer')} on top of all that this image has`;
    return layersDiffer(difference, why, { confidence: image.claim === 'strong' ? 'high' : 'low', notes: [] });
  }
  const notes = isRepacked(image.contents, now) ? [REPACKED] : [];
  const confidence = image.claim === 'strong' ? 'high' : 'medium';
  return layersDiffer(difference, `${name} was rebuilt: layer ${shared + 1} of ${all} differs`, { confidence, notes });
}

/** Whether the base the image was built on surely had so many layers. */
function endsAt({ contents, boundaries }: ComparedImage, layers: number): boolean {
  const ends = findEnds(boundaries, findLayerSteps(contents), { steps: 0, layers });
  return ends.find((end) => end.isSure)?.layers === layers;
}

/** The image has none of the base's layers: these were lost, or the base was rebuilt from the lowest layer on, or is another image's base. */
function compareForeign(image: ComparedImage, now: ImageContents, name: string): Comparison {
  if (image.layersLost) {
    const why = `this image's layers were merged into others when it was made, so they cannot be compared with those of ${name}`;
    return { kind: 'undecided', reason: 'squashed', why, notes: [] };
  }
  const difference = differenceAt(0, image.contents, now);
  if (isRepacked(image.contents, now)) {
    return layersDiffer(difference, `${name} was rebuilt: all its layers differ`, { confidence: 'high', notes: [REPACKED] });
  }
  if (hasOneTime(image.contents) && !hasOneTime(now)) {
    const why = `this image shares no layer with ${name}: its layers, or those of ${name}, were written anew`;
    return layersDiffer(difference, why, {
      confidence: 'low',
      notes: ['all steps of this image bear one time: its layers may have been rewritten'],
    });
  }
  if (repeatsInstructions(image.contents, now)) {
    const why = `${name} was rebuilt: the steps are the same, and all its layers differ`;
    return layersDiffer(difference, why, { confidence: image.claim === 'strong' ? 'high' : 'medium', notes: [] });
  }
  const why = `this image shares no layer with ${name}, which was rebuilt from its first layer on, or is not its base`;
  return layersDiffer(difference, why, { confidence: image.claim === 'strong' ? 'medium' : 'low', notes: [] });
}
