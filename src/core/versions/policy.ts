/** How far up versions are followed: not at all, or to the levels that are named. */
export const TRACKS = ['digest', 'patch', 'minor', 'major'] as const;

/** One word of `track`. */
export type Track = (typeof TRACKS)[number];

/** A glob over tags, as it was written and as a test. */
export type TagPattern = { readonly glob: string; readonly matches: (tag: string) => boolean };

/** Which newer versions of an image are wanted. */
export type VersionPolicy = {
  readonly track: Track;
  /** Only what one of these matches; empty: everything. */
  readonly include: readonly TagPattern[];
  /** Nothing that one of these matches. */
  readonly exclude: readonly TagPattern[];
  /** Milliseconds since a tag was first seen; 0: at once. */
  readonly minAgeMs: number;
  /** Tags that are not wanted; a version above them is. */
  readonly skip: readonly string[];
  /** `newer`: a newer variant (`alpine3.22` for `alpine3.19`) will do as well. */
  readonly variant: 'same' | 'newer';
};

/** What is wanted where nobody says anything. */
export const STANDARD_POLICY: VersionPolicy = { track: 'major', include: [], exclude: [], minAgeMs: 0, skip: [], variant: 'same' };
