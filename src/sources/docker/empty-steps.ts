import { SETTING_INSTRUCTIONS } from '../../core/base/step.ts';

/** A step as far as it shows whether it made a layer. `size`: of its layer in bytes; 0 for none, but for an empty layer too. */
export type SizedStep = { readonly createdBy: string | null; readonly comment: string | null; readonly size: number | null };

/**
 * Tells which steps of a history made no layer, which the engines' history call leaves out, as far as it follows for certain: null for a step where it does not.
 *
 * What has a size is a layer. What has none may be one too: a directory, a RUN that changed nothing. So many of those as layers are missing are layers; where
 * only so many come into question, they are the ones. `layers`: how many the image has, null where that is not known.
 * Source: moby, daemon/images/image_history.go; builder/dockerfile/dispatchers.go; BuildKit, frontend/dockerfile/dockerfile2llb/convert.go, commitToHistory().
 */
export function findEmptySteps(steps: readonly SizedStep[], layers: number | null): readonly (boolean | null)[] {
  const kinds = steps.map(kindOf);
  const sure = kinds.filter((kind) => kind === 'layer').length;
  const open = kinds.filter((kind) => kind === 'open').length;
  const missing = layers === null ? Number.NaN : layers - sure;
  if (missing === 0) return kinds.map((kind) => kind !== 'layer');
  if (missing === open) return kinds.map((kind) => kind === 'none');
  const isConsistent = missing > 0 && missing < open;
  return steps.map((step, index) => (isConsistent || hasSize(step) ? ANSWERS[kinds[index] ?? 'open'] : null));
}

const hasSize = ({ size }: SizedStep): boolean => size !== null && size > 0;

type Kind = 'layer' | 'none' | 'open';

const ANSWERS: Readonly<Record<Kind, boolean | null>> = { layer: false, none: true, open: null };

const SETTINGS = SETTING_INSTRUCTIONS.join('|');
const BUILDKIT_SETTING = new RegExp(`^(?:${SETTINGS}) `);
const CLASSIC_SETTING = new RegExp(`^/bin/sh -c #\\(nop\\) +(?:${SETTINGS}) `);
const BUILDKIT_LAYER = /^(?:RUN|COPY|ADD) /;

function kindOf(step: SizedStep): Kind {
  const { createdBy, comment } = step;
  if (hasSize(step)) return 'layer';
  const instruction = createdBy ?? '';
  if (comment?.startsWith('buildkit.dockerfile.') === true) {
    if (BUILDKIT_LAYER.test(instruction)) return 'layer';
    return BUILDKIT_SETTING.test(instruction) ? 'none' : 'open';
  }
  // buildah writes like the classic builder, and without caching puts the one layer on the last step, whichever that is.
  return CLASSIC_SETTING.test(instruction) && comment?.startsWith('FROM ') !== true ? 'none' : 'open';
}
