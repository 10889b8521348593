import type { NewerVerdict, VariantVersion } from '../verdict.ts';
import { chooseAmong, chooseFloating } from './choose-best.ts';
import { gatherRelatives } from './family.ts';
import { readAsLearned } from './companion.ts';
import { type Learned, NOTHING_LEARNED } from './learned.ts';
import { explainUntracked, UNTRACKED } from './plan-versions.ts';
import { STANDARD_POLICY, type VersionPolicy } from './policy.ts';
import { readTag } from './read-tag.ts';
import { judgeCandidate, type Judgement, RULES, type VersionPair, type VersionRule } from './rules.ts';
import type { TagShape } from './shape.ts';

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

/**
 * Chooses the newest version in the line of a tag (same first number) and the newest above it. Digests are null.
 *
 * postgres 15.4 gets the line 15.14 (minor) and the newest 18.1 (major); 15 no line and the newest 18. The same tags give the same answer in any order.
 */
export function decideNewer(
  installed: string,
  facts: VersionFacts,
  policy: VersionPolicy,
  rules: readonly VersionRule[] = RULES,
): NewerDecision {
  if (policy.track === 'digest') return untracked('only its digest is followed (track: digest)');
  return decideAndLearn(installed, facts, { policy, rules }).decision;
}

/** The same, with what was read and learned on the way. */
export function decideAndLearn(
  installed: string,
  { tags, firstSeen, now }: VersionFacts,
  { policy, rules }: { readonly policy: VersionPolicy; readonly rules: readonly VersionRule[] },
): { readonly decision: NewerDecision; readonly own: TagShape; readonly learned: Learned } {
  const itself = readTag(installed);
  const isUnfit = judgeInstalled(itself, NOTHING_LEARNED, rules) !== null;
  const relatives = gatherRelatives(itself, isUnfit ? [] : tags);
  const { learned } = relatives;
  const own = readAsLearned(itself, learned);
  const judge = (candidate: TagShape, seeking: VersionPair['seeking']): Judgement | null =>
    judgeCandidate({ installed: own, candidate, learned, policy, firstSeen, now, seeking }, rules);
  const unfit = judgeInstalled(own, learned, rules);
  if (unfit === null) return { decision: chooseAmong(own, relatives, judge), own, learned };
  const why = explainUntracked(installed, UNTRACKED[own.kind] ?? unfit.why);
  return { decision: { ...untracked(why), variant: own.kind === 'word' ? chooseFloating(own, tags, judge) : null }, own, learned };
}

function untracked(why: string): NewerDecision {
  return { verdict: { kind: 'untracked', why }, variant: null, deferred: [] };
}

/** The rule by which what is installed is no version itself; null where it is one. */
export function judgeInstalled(installed: TagShape, learned: Learned, rules: readonly VersionRule[]): Judgement | null {
  const itself = {
    installed,
    candidate: installed,
    learned,
    policy: STANDARD_POLICY,
    firstSeen: () => null,
    now: 0,
    seeking: 'version',
  } as const;
  const ofKinds = rules.filter(({ name }) => name in UNTRACKED);
  return judgeCandidate(itself, ofKinds);
}
