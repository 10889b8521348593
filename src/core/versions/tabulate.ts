import { isTag } from '../reference.ts';
import type { VersionLevel } from '../verdict.ts';
import { compareTags, levelOf } from './compare.ts';
import { compareText } from './variant.ts';
import { decideNewer, type VersionFacts } from './decide-newer.ts';
import { readAsLearned } from './companion.ts';
import { createSuffixReader, gatherRelatives } from './family.ts';
import type { VersionPolicy } from './policy.ts';
import { readTag } from './read-tag.ts';
import { judgeCandidate, type Judgement, RULES, type VersionRule } from './rules.ts';
import type { TagShape } from './shape.ts';

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

/**
 * Every tag of the repository with the rule that admits or rejects it: those of the installed tag's family first, the highest version first; then the others by
 * rule, sorted by tag.
 *
 * What is installed is there even if the list does not have it; what can be no tag is not.
 */
export function tabulateVersions(
  installed: string,
  facts: VersionFacts,
  policy: VersionPolicy,
  rules: readonly VersionRule[] = RULES,
): readonly VersionRow[] {
  const tags = new Set([...facts.tags].filter(isTag));
  const decision = decideNewer(installed, { ...facts, tags }, policy, rules);
  const itself = readTag(installed);
  const { learned } = gatherRelatives(itself, tags);
  const own = readAsLearned(itself, learned);
  const readSuffixOf = createSuffixReader();
  const shapes = [...tags].filter((tag) => tag !== installed).map((tag) => readAsLearned(readTag(tag, readSuffixOf), learned));
  const { firstSeen, now } = facts;
  const judged = shapes.map((candidate): Judged => {
    const judgement = judgeCandidate({ installed: own, candidate, learned, policy, firstSeen, now, seeking: 'version' }, rules);
    return { candidate, judgement, place: placeOf(judgement) };
  });
  judged.push({ candidate: own, judgement: null, place: 0 });
  judged.sort(compareJudged);
  const { verdict, variant } = decision;
  const chosen = new Map<string, VersionRow['kind']>([[installed, 'installed']]);
  if (verdict.kind === 'available' && verdict.line !== null) chosen.set(verdict.line.tag, 'line');
  if (verdict.kind === 'available' && verdict.newest !== null) chosen.set(verdict.newest.tag, 'newest');
  if (variant !== null) chosen.set(variant.tag, 'variant');
  const firstSeenOf = policy.minAgeMs > 0 ? firstSeen : () => null;
  return judged.map(({ candidate, judgement }) => ({
    ...rowOf(own, judgement, { candidate, kind: chosen.get(candidate.tag) ?? null }),
    firstSeen: firstSeenOf(candidate.tag),
  }));
}

type Judged = { readonly candidate: TagShape; readonly judgement: Judgement | null; readonly place: number };

/** Rules from here on reject what is of the family. */
const OF_FAMILY = RULES.findIndex(({ name }) => name === 'pre-release');

/** 0: of the family; else the place of the rule. */
function placeOf(judgement: Judgement | null): number {
  if (judgement === null) return 0;
  const place = RULES.findIndex(({ name }) => name === judgement.rule);
  return place >= OF_FAMILY ? 0 : place + 1;
}

function compareJudged(a: Judged, b: Judged): number {
  if (a.place !== b.place) return a.place - b.place;
  return a.place === 0 ? compareTags(b.candidate, a.candidate) : compareText(a.candidate.tag, b.candidate.tag);
}

function rowOf(
  own: TagShape,
  judgement: Judgement | null,
  { candidate, kind }: { readonly candidate: TagShape; readonly kind: VersionRow['kind'] | null },
): Omit<VersionRow, 'firstSeen'> {
  const { tag } = candidate;
  const level = levelOf(own, candidate);
  if (kind === 'installed') return { tag, kind, level: null, rule: null, why: 'is installed' };
  if (kind === 'variant') {
    const isSame = candidate.core?.numbers.join() === own.core?.numbers.join();
    return { tag, kind, level: isSame ? null : level, rule: judgement?.rule ?? null, why: 'is the newest on a newer variant' };
  }
  if (judgement !== null)
    return { tag, kind: 'rejected', level: placeOf(judgement) === 0 ? level : null, rule: judgement.rule, why: judgement.why };
  if (kind === 'line') return { tag, kind, level, rule: null, why: 'is the newest with the same first number' };
  if (kind === 'newest') return { tag, kind, level, rule: null, why: 'is the newest of all' };
  return { tag, kind: 'admitted', level, rule: null, why: 'is newer' };
}
