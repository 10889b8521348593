import type { Baseline } from './baseline.ts';
import type { TrendPoint } from './report.ts';

/** A report that was made and marked. `key`: grows in the order in which they were made. */
export type KeptReport = {
  readonly key: number;
  readonly trend: TrendPoint;
  /** False: nobody knows whether it was printed; its process ended in between. */
  readonly isPrinted: boolean;
};

/** A report with what it told. */
export type KeptBaseline = KeptReport & { readonly baseline: Baseline };
