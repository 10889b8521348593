import { readTag } from './read-tag.ts';
import type { TagShape } from './shape.ts';

/**
 * Whether a tag's versions can be followed, and where in its repository: the literal text before its number (`''`, `v`, `pg14-v`); null where a hash stands there,
 * which may begin with anything: then the whole list is needed.
 */
export type VersionPlan =
  { readonly kind: 'untracked'; readonly why: string } | { readonly kind: 'follow'; readonly prefix: string | null };

/** Says, by the tag alone, whether a repository's tags have to be known. Every newer version begins with `prefix` and a digit. */
export function planVersions(tag: string): VersionPlan {
  const { kind, prefix } = readTag(tag);
  const why = UNTRACKED[kind];
  if (why !== null) return { kind: 'untracked', why: explainUntracked(tag, why) };
  return { kind: 'follow', prefix: prefix.includes('<hash>') ? null : prefix };
}

/** Why a tag is not followed, by what it is; null for a version. */
export const UNTRACKED: Readonly<Record<TagShape['kind'], string | null>> = {
  version: null,
  word: 'is no version',
  hash: 'is a hash, which has no order',
  attachment: 'belongs to another image of its repository',
  work: 'is a build of unreleased work',
};

/** One sentence: `its tag latest is no version`. */
export function explainUntracked(tag: string, why: string): string {
  return `its tag ${tag} ${why}`;
}
