import type { VersionLevel } from '../verdict.ts';
import type { VersionFacts } from './decide-newer.ts';
import type { VersionPolicy } from './policy.ts';

/** One tag of a version table. `rule`: the name of the rule that rejects it; null where it is admitted, and for what is installed. */
export type VersionRow = {
  readonly tag: string;
  readonly kind: 'installed' | 'line' | 'newest' | 'variant' | 'admitted' | 'rejected';
  readonly level: VersionLevel | null;
  readonly rule: string | null;
  /** Why, a sentence without its full stop: `is a pre-release, and 1.27.4 is none`. */
  readonly why: string;
  /** Milliseconds since the epoch; null: not known, or not looked for. */
  readonly firstSeen: number | null;
};

/** Every tag of the repository with the rule that admits or rejects it: those of the installed tag's family first, the highest version first; then the others by rule, sorted by tag. */
export function tabulateVersions(_installed: string, _facts: VersionFacts, _policy: VersionPolicy): readonly VersionRow[] {
  return [];
}
