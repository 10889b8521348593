import { countCommonSteps, createdAt, type History } from '../history.ts';
import type { ImageContents } from '../image-contents.ts';
import { type BaseEnd, findEnds } from './base-end.ts';
import type { Carrying, ComparedImage } from './compared-image.ts';
import { otherSteps } from './compare-other-steps.ts';
import type { Comparison } from './comparison.ts';
import { isTooYoung } from './date-rule.ts';
import { findLayerSteps } from './layer-steps.ts';
import { count, dropsTo, metadataOnly, undetermined, UNTOLD } from './movement.ts';
import { hasOneTime, tellsVersionsApart } from './rewritten.ts';

/** Goes on where an image has all layers of its base: whether the base had more is seen in the history, if at all. */
export function compareSteps(image: ComparedImage, now: ImageContents, name: string): Comparison {
  const [own, base] = [image.contents.history, now.history];
  if (own === null || base === null || own.entries.length === 0 || base.entries.length === 0) {
    return withoutHistory({ image, now, name, made: null });
  }
  const shared = countCommonSteps(own, base);
  const made = findLayerSteps(image.contents, findLayerSteps(now)?.slice(0, shared));
  const found = { image, now, name, made };
  return shared === base.entries.length ? sameSteps(found, own) : otherSteps(found, { own, base, shared });
}

/** Nothing but layers can be compared. */
function withoutHistory(found: Carrying): Comparison {
  const { image, now, name } = found;
  const why = `its ${count(now.diffIds.length, 'layer')} are those ${name} has now`;
  const end = findEnds(image.boundaries, null, { steps: 0, layers: now.diffIds.length }).find(
    ({ isSure, layers }) => isSure && layers !== null,
  );
  const moved = dropsTo(found, end?.layers ?? null, 'high');
  if (moved !== null) return moved;
  if (isTooYoung(now, image.contents)) return undetermined(`${name} is younger than this image`, { confidence: 'high', notes: [] });
  if (end !== undefined)
    return { kind: 'current', confidence: 'medium', why, notes: ['its steps are not told, so its settings could not be compared'] };
  return {
    kind: 'current',
    confidence: 'low',
    why,
    notes: ['how the two were made is not told, so only layers could be compared', unseen(name)],
  };
}

/** The base's steps are the image's first ones: it did not move, or it lost its last ones. */
function sameSteps(found: Carrying, own: History): Comparison {
  const { image, now, name, made } = found;
  const [steps, layers] = [now.history?.entries.length ?? 0, now.diffIds.length];
  const ends = findEnds(image.boundaries, made, { steps, layers });
  const sure = ends.find((end) => end.isSure);
  const moved = sure === undefined ? null : lostUpTo(found, sure);
  if (moved !== null) return moved;
  if (isTooYoung(now, image.contents)) return youngerThanItsSteps(found, sure);

  const current = { kind: 'current', why: `its ${count(layers, 'layer')} and ${count(steps, 'step')} are those ${name} has now` } as const;
  if (sure !== undefined) return { ...current, confidence: 'high', notes: [] };
  if (!tellsVersionsApart(now) || hasOneTime(image.contents)) {
    return {
      ...current,
      confidence: 'low',
      notes: [`the steps bear no real times, so versions of ${name} may look alike`, unseen(name)],
    };
  }
  const guessed = ends.find((end) => !end.isSure);
  const more = (guessed?.layers ?? layers) - layers;
  if (more > 0) {
    const hint = `this image may be built on more than ${name}: the next ${more === 1 ? 'layer' : `${more} layers`} may be its base's too`;
    return { ...current, confidence: 'low', notes: [hint, unseen(name)] };
  }
  if (image.contents.diffIds.length === layers) {
    return { ...current, confidence: own.entries.length === steps ? 'high' : 'medium', notes: [] };
  }
  return { ...current, confidence: isCutWithinOneTime(own, steps) ? 'low' : 'medium', notes: [unseen(name)] };
}

/** How the base moved when the old one ended at `end`, which is above its present steps or at their end; null when it lost nothing. */
function lostUpTo(found: Carrying, end: BaseEnd): Comparison | null {
  const { now, name } = found;
  const moved = dropsTo(found, end.layers, 'high');
  const lost = (end.steps ?? 0) - (now.history?.entries.length ?? 0);
  if (moved !== null || lost <= 0) return moved;
  const what = lost === 1 ? 'last step' : `last ${lost} steps`;
  if (end.layers === null)
    return undetermined(`${name} lost its ${what}; this image still has it`, { confidence: 'high', notes: [UNTOLD] });
  return metadataOnly(`${name} lost its ${what}, which made no layer; its layers are the same`, { confidence: 'high', notes: [] });
}

/** The base cannot be the one under the image's next step; what it was is not seen in what they share. */
function youngerThanItsSteps(found: Carrying, sure: BaseEnd | undefined): Comparison {
  const { image, now, name } = found;
  if (sure !== undefined || image.contents.diffIds.length === now.diffIds.length) {
    return metadataOnly(`${name} was made anew after this image, with the same layers`, { confidence: 'high', notes: [] });
  }
  return undetermined(`${name} was made anew after this image was built on it; its layers are the same`, {
    confidence: 'high',
    notes: [UNTOLD],
  });
}

/** Whether the base's last step and the next one bear one time, as engines tell it to the second, or after SOURCE_DATE_EPOCH: what was lost may lie between. */
function isCutWithinOneTime(own: History, steps: number): boolean {
  const [last, next] = [own.entries[steps - 1], own.entries[steps]];
  return last !== undefined && next !== undefined && createdAt(last) === createdAt(next);
}

/** What cannot be seen, and what to do. */
function unseen(name: string): string {
  return `had ${name} only lost its uppermost layers, this would look the same; right after the next build, record the base: imgupdate base record IMAGE`;
}
