import type { BaseMovement, Confidence, LayerDifference } from '../verdict.ts';

/** What comparing an image, or the base it was built on, with the base as it is now has shown. `why`: one sentence without its full stop. */
export type Comparison =
  | { readonly kind: 'current'; readonly confidence: Confidence; readonly why: string; readonly notes: readonly string[] }
  | {
      readonly kind: 'moved';
      readonly movement: BaseMovement;
      readonly confidence: Confidence;
      readonly difference: LayerDifference | null;
      readonly why: string;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'undecided'; readonly reason: 'no-evidence' | 'squashed'; readonly why: string; readonly notes: readonly string[] };
