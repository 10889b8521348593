import type { Document } from '../document.ts';
import type { Baseline } from './baseline.ts';
import type { Report, TrendPoint } from './report.ts';

/** What a report is made of. */
export type ReportInput = Pick<Report, 'id' | 'title' | 'onlyNew'> & {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** In any order; names may repeat, then the newest document counts. */
  readonly hosts: readonly { readonly name: string; readonly document: Document }[];
  /** What is compared with; `name`: of a file, null for an earlier report. null: this is the first one. */
  readonly earlier: { readonly baseline: Baseline; readonly name: string | null } | null;
  /** The last report that was marked, where nobody knows whether it was printed, and what it was compared with. */
  readonly interrupted: { readonly baseline: Baseline; readonly before: Baseline | null } | null;
  /** Of the reports that were marked before, oldest first. */
  readonly trend: readonly TrendPoint[];
};

/** A report, and what it tells, to be kept. */
export type Composed = { readonly report: Report; readonly baseline: Baseline };

/**
 * Makes a report of what was found on one machine or several: the same input always makes the same report.
 *
 * What was told before and could not be checked this time is still pending; what was told of a host that is not among the input is left as it was.
 */
export function composeReport(input: ReportInput): Composed {
  throw new Error(`not written yet: ${input.id}`);
}
