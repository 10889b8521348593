import type SemVer from 'semver/classes/semver.js';

/**
 * How a version is counted: `semver` 1 to 3 numbers, `four` 4 of them, `calendar` a year first (`2024.1.5`), `month` year and padded month (`22.04`), `date` whole
 * days (`20240110`, `2024-01-10`), `counter` one number of 4 digits or more.
 */
export type Scheme = 'semver' | 'four' | 'calendar' | 'month' | 'date' | 'counter';

/** What a tag says of its version: prefix, core, pre-release and suffix. Tags of equal prefix, form, words and axes differ in their version alone. */
export type TagShape = {
  readonly tag: string;
  /** `word`: there is no version in it. What `hash` and `work` have in numbers says nothing about order. */
  readonly kind: 'version' | 'word' | 'hash' | 'attachment' | 'work';
  /** Everything before the first number of the core as it is written; hashes in it are `<hash>`. */
  readonly prefix: string;
  readonly core: Core | null;
} & Suffix;

/** The numbers of a version. */
export type Core = {
  readonly scheme: Scheme;
  /** At most 4, for dates 6, each a safe integer. */
  readonly numbers: readonly number[];
  /** What stands between the numbers, and which of them are days (`..`, `u`, `.D.`, `yyyy-mm-dd`). */
  readonly form: string;
};

/** What stands behind the numbers of a version. */
export type Suffix = {
  /** Its place in the order of pre-releases, then its numbers; empty for a release. */
  readonly pre: readonly number[];
  /** The same as semver compares it: `0.0.0-5.1` for rc 1; null for a release. */
  readonly preOrder: SemVer | null;
  /** The words of the variant in their order, `#` for each number of an axis or a revision: `slim|alpine##|r#`. */
  readonly words: string;
  /** The versions of the words that have one of their own (`alpine3.19`, `bookworm`), in their order. */
  readonly axes: readonly (readonly number[])[];
  /** The counters that order builds of one version, in their order. */
  readonly revisions: readonly (readonly number[])[];
  /** The count of what was repaired in one version (`-p1`), which most versions do not have: then it is empty. */
  readonly repair: readonly number[];
  /** Whether it names unreleased work (`-pr-12`). */
  readonly isWork: boolean;
};
