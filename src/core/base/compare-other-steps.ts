import { type History, isSameInstruction } from '../history.ts';
import type { Confidence } from '../verdict.ts';
import { findEnds } from './base-end.ts';
import type { Carrying } from './compared-image.ts';
import type { Comparison } from './comparison.ts';
import { countLayersBelow, instructionOf } from './layer-steps.ts';
import { count, dropsTo, metadataOnly, undetermined, UNTOLD } from './movement.ts';
import { findLastStepsAgain, oldBaseReaches } from './old-end.ts';
import { hasOneTime, isDatedAnew } from './rewritten.ts';

/** The steps of an image and of its base as it is now and how many of them, from the first on, are one and the same. */
type Histories = { readonly own: History; readonly base: History; readonly shared: number };

/**
 * Goes on where an image has all layers of its base, but not all its steps: the base was made anew, and what it lost is looked for.
 *
 * By a sure boundary; by the steps that can only be the old base's; by the base's last steps, found again further up in the image; by a guessed boundary.
 */
export function otherSteps(found: Carrying, histories: Histories): Comparison {
  const { image, now, name, made } = found;
  const { own, base, shared } = histories;
  const alike = countAlike(own, base, shared);
  const isAnew = isDatedAnew(image.contents, base, { step: shared, instruction: alike });
  const confidence: Confidence = isAnew ? 'low' : 'high';
  const guess: Confidence = isAnew ? 'low' : 'medium';
  const layers = now.diffIds.length;
  const why = `${name} was made anew: its ${count(layers, 'layer')} ${layers === 1 ? 'is' : 'are'} the same, its step ${shared + 1} is not`;
  if (made === null) {
    return undetermined(why, { confidence: 'low', notes: ['the steps of this image do not account for all its layers', UNTOLD] });
  }
  const changed = (how: Confidence): Comparison =>
    metadataOnly(describeChange(name, { own, base, at: alike }), { confidence: how, notes: [] });

  const ends = findEnds(image.boundaries, made, { steps: shared, layers });
  const sure = ends.find((end) => end.isSure && end.layers !== null);
  if (sure !== undefined) return dropsTo(found, sure.layers, confidence) ?? changed(confidence);

  const reach = isAnew || hasOneTime(image.contents) ? alike : oldBaseReaches(own, alike);
  if (reach === null) return undetermined(why, { confidence, notes: [UNTOLD] });
  const carried = dropsTo(found, countLayersBelow(made, reach), guess);
  if (carried !== null) return carried;
  const again = findLastStepsAgain(own, base, alike);
  const guessed = again === null ? ends.find((end) => (end.steps ?? 0) >= reach)?.layers : countLayersBelow(made, Math.max(again, reach));
  if (typeof guessed === 'number') return dropsTo(found, guessed, guess) ?? changed(guess);
  if (image.contents.diffIds.length === layers) return changed(confidence);
  return undetermined(why, { confidence, notes: [UNTOLD] });
}

function countAlike(own: History, base: History, shared: number): number {
  let alike = shared;
  for (; alike < base.entries.length; alike += 1) {
    const [mine, there] = [own.entries[alike], base.entries[alike]];
    if (mine === undefined || there === undefined || !isSameInstruction(mine, there)) break;
  }
  return alike;
}

function describeChange(name: string, { own, base, at }: { own: History; base: History; at: number }): string {
  const [mine, there] = [own.entries[at], base.entries[at]];
  if (there === undefined) return `${name} was made anew with the same layers and the same steps`;
  const instruction = instructionOf(there);
  const isReplaced = instruction !== null && mine !== undefined && instruction === instructionOf(mine);
  return `${name} changed only its ${isReplaced ? instruction : 'settings'}; its layers are the same`;
}
