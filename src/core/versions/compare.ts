import { compareText } from '../reference.ts';
import type { VersionLevel } from '../verdict.ts';
import type { TagShape } from './shape.ts';
import { compareLists, compareNumbers, hasSameAxes } from './variant.ts';

/**
 * Orders two tags of one family by version: numbers, pre-release, then the counters of their suffix. Negative: `a` comes before `b`.
 *
 * Counters of different variants say nothing of each other and are left out.
 * Source: Semantic Versioning 2.0.0, item 11.
 */
export function compareVersions(a: TagShape, b: TagShape): number {
  return compareCores(a, b) || (hasSameAxes(a, b) ? compareBuilds(a, b) : 0);
}

/** Orders two tags of one family to choose the better: by version, then variant, then as text, so that no two are equal. */
export function compareTags(a: TagShape, b: TagShape): number {
  return compareCores(a, b) || compareLists(a.axes, b.axes) || compareBuilds(a, b) || compareText(a.tag, b.tag);
}

/** Of one version the repaired one comes later: 2.15.0 before 2.15.0.post1. */
function compareBuilds(a: TagShape, b: TagShape): number {
  return compareNumbers(a.repair, b.repair) || compareLists(a.revisions, b.revisions);
}

/** Orders by numbers and pre-release alone. */
export function compareCores(a: TagShape, b: TagShape): number {
  return compareNumbers(a.core?.numbers ?? [], b.core?.numbers ?? []) || comparePreReleases(a, b);
}

/** How much changes from one version to another: the place of the first number that differs. */
export function levelOf(from: TagShape, to: TagShape): VersionLevel {
  const others = to.core?.numbers ?? [];
  const place = (from.core?.numbers ?? []).findIndex((number, at) => number !== others[at]);
  return LEVELS[place] ?? 'patch';
}

const LEVELS: readonly VersionLevel[] = ['major', 'minor'];

/** The numbers of both are equal here, so only where one has a pre-release is there anything left to compare: a release comes after it. */
function comparePreReleases({ preOrder: a }: TagShape, { preOrder: b }: TagShape): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a === b ? 0 : a.comparePre(b);
}
