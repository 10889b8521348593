import type { Outcome } from '../../check/finding.ts';
import { plural } from '../facts.ts';
import { countFailing, describeUnchecked } from './counts.ts';
import { sortFindings } from './words.ts';

/** What came of a check, in one word and in one sentence, without a full stop. */
export type Headline = { readonly tone: 'good' | 'bad' | 'open'; readonly word: string; readonly sentence: string };

/** Says what came of a check: `passed`, `nothing stale`; `stale`, `2 images fail the check`; `incomplete`, `1 image could not be checked`. */
export function describeHeadline(outcome: Outcome): Headline {
  const { result, counts } = outcome;
  const unchecked = describeUnchecked(outcome);
  switch (result) {
    case 'passed':
      return { tone: unchecked === null ? 'good' : 'open', word: 'passed', sentence: describePassed(outcome, unchecked) };
    case 'stale':
      return { tone: 'bad', word: 'stale', sentence: `${countFailing(sortFindings(outcome.findings).failing)} the check` };
    case 'incomplete':
      return {
        tone: 'open',
        word: 'incomplete',
        sentence: counts.images === 0 && unchecked === null ? 'no images found' : (unchecked ?? 'some questions stayed open'),
      };
    case 'untrusted':
      return { tone: 'bad', word: 'failed', sentence: 'no image could be checked' };
  }
}

function describePassed({ counts, findings }: Outcome, unchecked: string | null): string {
  if (counts.images === 0) return 'no images found';
  if (unchecked !== null) return `nothing known to be stale, but ${unchecked}`;
  if (findings.length === 0) return 'nothing stale';
  const parts = [
    ...(counts.warnings === 0 ? [] : [plural(counts.warnings, 'warning')]),
    ...(counts.held === 0 ? [] : [`${counts.held} held`]),
  ];
  return `nothing fails${parts.length === 0 ? '' : `, ${parts.join(', ')}`}`;
}
