import type { NewerVerdict, VariantVersion } from '../verdict.ts';
import type { VersionPolicy } from './policy.ts';

/** What is known of a repository's tags. */
export type VersionFacts = {
  readonly tags: Iterable<string>;
  /** When a tag was first seen, milliseconds since the epoch; null: not known. Asked only where `minAgeMs` is above 0. */
  readonly firstSeen: (tag: string) => number | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/** The answer about one tag. */
export type NewerDecision = {
  readonly verdict: Extract<NewerVerdict, { kind: 'none' | 'available' | 'untracked' }>;
  readonly variant: VariantVersion | null;
  /** Newer versions that wait for their age, the highest first, at most 5. */
  readonly deferred: readonly string[];
};

/** Chooses the newest version in the line of a tag and the newest above it. Digests are null. */
export function decideNewer(_installed: string, _facts: VersionFacts, _policy: VersionPolicy): NewerDecision {
  return { verdict: { kind: 'untracked', why: 'versions are not followed yet' }, variant: null, deferred: [] };
}
