import { stepsOfLayers } from './base/layer-steps.ts';
import { countCommonLayers, type ImageContents } from './image-contents.ts';

/** The layers of an image beside those of its base as it is now, lowest first. The lowest `shared` ones are the same in both. */
export type LayerStacks = {
  readonly shared: number;
  readonly installed: readonly StackedLayer[];
  readonly candidate: readonly StackedLayer[];
};

/** `createdBy`: the step that made it, where that is known, safe to print and cut. */
export type StackedLayer = { readonly diffId: string; readonly createdBy: string | null };

/** Lays the layers of an image beside those of its base as it is now. */
export function compareStacks(installed: Stack, candidate: Stack): LayerStacks {
  return {
    shared: countCommonLayers(installed.diffIds, candidate.diffIds),
    installed: tellLayers(installed),
    candidate: tellLayers(candidate),
  };
}

type Stack = Pick<ImageContents, 'diffIds' | 'history'>;

function tellLayers(stack: Stack): readonly StackedLayer[] {
  const steps = stepsOfLayers(stack);
  return stack.diffIds.map((diffId, position) => ({ diffId, createdBy: steps[position] ?? null }));
}
