import { compareText, isTag } from '../reference.ts';
import type { VersionLevel } from '../verdict.ts';
import { compareTags, levelOf } from './compare.ts';
import { decideAndLearn, type NewerDecision, type VersionFacts } from './decide-newer.ts';
import { readAsLearned } from './companion.ts';
import { createSuffixReader } from './family.ts';
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
  const { decision, own, learned } = decideAndLearn(installed, { ...facts, tags }, { policy, rules });
  const { firstSeen, now } = facts;
  const readSuffixOf = createSuffixReader();
  const places: Judged[][] = [[{ candidate: own, judgement: null }], ...RULES.map(() => [])];
  for (const tag of tags) {
    if (tag === installed) continue;
    const candidate = readAsLearned(readTag(tag, readSuffixOf), learned);
    const judgement = judgeCandidate({ installed: own, candidate, learned, policy, firstSeen, now, seeking: 'version' }, rules);
    places[placeOf(judgement)]?.push({ candidate, judgement });
  }
  const [family = [], ...others] = places;
  family.sort((a, b) => compareTags(b.candidate, a.candidate));
  for (const other of others) other.sort((a, b) => compareText(a.candidate.tag, b.candidate.tag));
  const kinds = kindsOf(installed, decision);
  const rows = [family, ...others].flatMap((judged) => judged.map((one) => rowOf(own, one, kinds.get(one.candidate.tag) ?? null)));
  return policy.minAgeMs > 0 ? rows.map((row) => ({ ...row, firstSeen: firstSeen(row.tag) })) : rows;
}

type Judged = { readonly candidate: TagShape; readonly judgement: Judgement | null };

function kindsOf(installed: string, { verdict, variant }: NewerDecision): ReadonlyMap<string, VersionRow['kind']> {
  const kinds = new Map<string, VersionRow['kind']>([[installed, 'installed']]);
  if (verdict.kind === 'available' && verdict.line !== null) kinds.set(verdict.line.tag, 'line');
  if (verdict.kind === 'available' && verdict.newest !== null) kinds.set(verdict.newest.tag, 'newest');
  if (variant !== null) kinds.set(variant.tag, 'variant');
  return kinds;
}

/** Rules from here on reject what is of the family. */
const OF_FAMILY = RULES.findIndex(({ name }) => name === 'pre-release');

const PLACES: ReadonlyMap<string, number> = new Map(RULES.map(({ name }, place) => [name, place]));

/** 0: of the family; else the place of the rule. */
function placeOf(judgement: Judgement | null): number {
  if (judgement === null) return 0;
  const place = PLACES.get(judgement.rule) ?? 0;
  return place >= OF_FAMILY ? 0 : place + 1;
}

function rowOf(own: TagShape, { candidate, judgement }: Judged, kind: VersionRow['kind'] | null): VersionRow {
  const { tag } = candidate;
  const rule = judgement?.rule ?? null;
  if (kind === 'installed') return { tag, kind, level: null, rule: null, why: 'is installed', firstSeen: null };
  if (kind === 'variant')
    return { tag, kind, level: levelApart(own, candidate), rule, why: 'is the newest on a newer variant', firstSeen: null };
  const level = placeOf(judgement) === 0 ? levelOf(own, candidate) : null;
  if (judgement !== null) return { tag, kind: 'rejected', level, rule, why: judgement.why, firstSeen: null };
  if (kind === 'line') return { tag, kind, level, rule, why: 'is the newest with the same first number', firstSeen: null };
  if (kind === 'newest') return { tag, kind, level, rule, why: 'is the newest of all', firstSeen: null };
  return { tag, kind: 'admitted', level, rule, why: 'is newer', firstSeen: null };
}

/** Null where the version is the same and only its variant is newer. */
function levelApart(own: TagShape, candidate: TagShape): VersionRow['level'] {
  return candidate.core?.numbers.join() === own.core?.numbers.join() ? null : levelOf(own, candidate);
}
