import { type Finding, FINDING_LEVELS } from '../../check/finding.ts';

/** The gravest first, each level in the order it had: for consumers that take only so many. */
export function sortByLevel<T extends Finding>(findings: readonly T[]): readonly T[] {
  return FINDING_LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level));
}
