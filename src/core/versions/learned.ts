/** What only the whole list of a repository's tags tells. */
export type Learned = {
  /** The lowest first number that the family's numbers below it do not lead up to; null: none. */
  readonly leapFrom: number | null;
  /** The lengths at which tags of digits alone are hashes that happen to have no letter. */
  readonly hashLengths: ReadonlySet<number>;
  /** Whether the plain number behind the versions of the family is the version of something else. */
  readonly hasCompanion: boolean;
};

/** What is known before any tag was seen. */
export const NOTHING_LEARNED: Learned = { leapFrom: null, hashLengths: new Set(), hasCompanion: false };
