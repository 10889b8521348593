import type { ImageContents } from '../image-contents.ts';
import type { Boundary } from './claim.ts';
import type { LayerSteps } from './layer-steps.ts';

/**
 * An image whose base is to be compared, while the version it was built on is not known.
 *
 * `layersLost`: it bears marks of having been squashed, flattened or imported. `boundaries`: best first.
 * `claim` is strong where the user or the image's maker named the base: by flag, config, provenance, annotation or buildpacks metadata.
 */
export type ComparedImage = {
  readonly contents: ImageContents;
  readonly layersLost: boolean;
  readonly boundaries: readonly Boundary[];
  readonly claim: 'strong' | 'weak';
};

/** An image that has all layers of its base as it is now. `made`: which of its steps made layers; null where its history does not tell. */
export type Carrying = {
  readonly image: ComparedImage;
  readonly now: ImageContents;
  readonly name: string;
  readonly made: LayerSteps | null;
};
