import SemVer from 'semver/classes/semver.js';
import type { VersionLevel } from '../verdict.ts';
import type { TagShape } from './shape.ts';
import { compareLists, compareNumbers, compareText, hasSameAxes } from './variant.ts';

/**
 * Orders two tags of one family by version: numbers, pre-release, then the counters of their suffix. Negative: `a` comes before `b`.
 *
 * Counters of different variants say nothing of each other and are left out.
 * Source: Semantic Versioning 2.0.0, item 11.
 */
export function compareVersions(a: TagShape, b: TagShape): number {
  return compareCores(a, b) || (hasSameAxes(a, b) ? compareLists(a.revisions, b.revisions) : 0);
}

/** Orders two tags of one family to choose the better: by version, then variant, then as text, so that no two are equal. */
export function compareTags(a: TagShape, b: TagShape): number {
  return compareCores(a, b) || compareLists(a.axes, b.axes) || compareLists(a.revisions, b.revisions) || compareText(a.tag, b.tag);
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

/** The numbers of both are equal here, so only where one has a pre-release is there anything left to compare. */
function comparePreReleases(a: TagShape, b: TagShape): number {
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  if (a.core?.scheme !== 'semver') return compareNumbers(a.pre, b.pre);
  return new SemVer(renderSemver(a)).compare(renderSemver(b));
}

/** The words of pre-releases are their places in the order, so `1.0-M3` is `1.0.0-3.3`, and `m` comes before `rc`. */
function renderSemver({ core, pre }: TagShape): string {
  const [major = 0, minor = 0, patch = 0] = core?.numbers ?? [];
  return `${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join('.')}` : ''}`;
}
