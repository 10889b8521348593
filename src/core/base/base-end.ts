import type { Boundary } from './claim.ts';
import { countLayersBelow, type LayerSteps } from './layer-steps.ts';

/** Where the base an image was built on ended: after so many of its steps and layers, as far as either is known. */
export type BaseEnd = { readonly steps: number | null; readonly layers: number | null; readonly isSure: boolean };

/** Completes boundaries with the number of layers below them; those below `least`, what the present base has in common with the image, are wrong and left out. */
export function findEnds(
  boundaries: readonly Boundary[],
  known: LayerSteps | null,
  least: { steps: number; layers: number },
): readonly BaseEnd[] {
  return boundaries
    .map((boundary) => describeEnd(boundary, known))
    .filter((end) => end.steps !== null || end.layers !== null)
    .filter((end) => (end.steps ?? least.steps) >= least.steps && (end.layers ?? least.layers) >= least.layers);
}

function describeEnd(boundary: Boundary, known: LayerSteps | null): BaseEnd {
  const counted = boundary.history === null || known === null ? null : countLayersBelow(known, boundary.history);
  return { steps: boundary.history, layers: boundary.layers ?? counted, isSure: boundary.strength !== 'weak' };
}
