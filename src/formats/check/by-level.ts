import type { Finding, FindingLevel } from '../../check/finding.ts';

const LEVELS: readonly FindingLevel[] = ['error', 'warning', 'note'];

/** The gravest first, each level in the order it had: for consumers that take only so many. */
export function sortByLevel<T extends Finding>(findings: readonly T[]): readonly T[] {
  return LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level));
}
