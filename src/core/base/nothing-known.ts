import { type Reason, reason } from '../reason.ts';

/** Why there is no answer about a base that nothing names. `layersLost`: the image's layers were merged, so no base could be found in them. */
export function nothingKnown(layersLost: boolean): Reason {
  return layersLost
    ? reason('squashed', 'its layers were merged into one, and nothing says which base they came from')
    : reason('no-evidence', 'nothing says which base it was built on');
}
