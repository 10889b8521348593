import type { Reason } from '../core/reason.ts';
import type { CheckReport, ImageReport } from './report.ts';

/** What no look-up was made for: what may not be asked, and what an image does not tell of itself. */
const UNASKED: ReadonlySet<Reason['kind']> = new Set(['policy', 'no-evidence', 'squashed', 'ambiguous-tag']);

/** No look-up that was needed gave an answer: then nothing in the report may be trusted. What may not be asked, or has no name to ask for, did not fail. */
export function everyLookupFailed(report: CheckReport): boolean {
  const outcomes = report.images.flatMap((image) => [...outcomeOfTag(image), ...outcomeOfBase(image)]);
  return outcomes.length > 0 && !outcomes.includes('answered');
}

function outcomeOfTag({ tag: { verdict }, registry }: ImageReport): readonly ('answered' | 'failed')[] {
  if (verdict.kind === 'local' || verdict.kind === 'pinned' || registry === null) return [];
  if (verdict.kind !== 'unknown') return ['answered'];
  // the registry told all there is, such as an index without this platform
  if (verdict.reason.kind === 'unsupported' && verdict.candidate !== null) return ['answered'];
  return UNASKED.has(verdict.reason.kind) ? [] : ['failed'];
}

function outcomeOfBase({ base: { verdict, checkedAt } }: ImageReport): readonly ('answered' | 'failed')[] {
  if (verdict.kind === 'unknown' && !UNASKED.has(verdict.reason.kind)) return ['failed'];
  return checkedAt === null ? [] : ['answered'];
}
