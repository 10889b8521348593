/** Whether a tag's versions can be followed, and where in its repository: the literal text before its number (`''`, `v`, `pg14-v`). */
export type VersionPlan = { readonly kind: 'untracked'; readonly why: string } | { readonly kind: 'follow'; readonly prefix: string };

/** Says, by the tag alone, whether a repository's tags have to be known. */
export function planVersions(_tag: string): VersionPlan {
  return { kind: 'untracked', why: 'versions are not followed yet' };
}
