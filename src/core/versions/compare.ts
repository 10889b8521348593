import SemVer from 'semver/classes/semver.js';
import type { VersionLevel } from '../verdict.ts';
import type { TagShape } from './shape.ts';

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

/** Orders texts by code unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether the variant is a newer one of the same words: no axis lower, one at least higher. */
export function hasNewerVariant(from: TagShape, to: TagShape): boolean {
  return (
    from.words === to.words && !hasSameAxes(from, to) && from.axes.every((version, at) => compareNumbers(version, to.axes[at] ?? []) <= 0)
  );
}

/** Whether two variants are the same, their versions included. */
export function hasSameVariant(a: TagShape, b: TagShape): boolean {
  return a.words === b.words && hasSameAxes(a, b);
}

function hasSameAxes(a: TagShape, b: TagShape): boolean {
  return a.axes === b.axes || compareLists(a.axes, b.axes) === 0;
}

/** A list that ends is lower than one that goes on: `-1361` than `-1361.1699548032`. */
export function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareLists(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  for (let at = 0; at < a.length; at += 1) {
    const difference = compareNumbers(a[at] ?? [], b[at] ?? []);
    if (difference !== 0) return difference;
  }
  return 0;
}

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
