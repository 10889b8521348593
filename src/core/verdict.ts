import type { Digest } from './digest.ts';
import type { Reason } from './reason.ts';

/**
 * Does the tag still name the image that is here, on its platform?
 *
 * `candidate` is what the tag names now, as its registry says: an index digest, or a manifest digest where the tag names one platform only.
 */
export type TagVerdict =
  | { readonly kind: 'current'; readonly candidate: Digest; readonly why: string }
  | { readonly kind: 'rebuilt'; readonly candidate: Digest; readonly why: string }
  | { readonly kind: 'gone'; readonly why: string }
  | { readonly kind: 'local'; readonly why: string }
  | { readonly kind: 'pinned'; readonly why: string }
  | { readonly kind: 'none'; readonly candidate: Digest | null; readonly why: string }
  | { readonly kind: 'unknown'; readonly reason: Reason; readonly candidate: Digest | null; readonly why: string };

/** Is there a newer version in the tag's line, and above it? `untracked`: the tag is no version, or versions are not followed. */
export type NewerVerdict =
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'available'; readonly line: Version | null; readonly newest: Version | null; readonly why: string }
  | { readonly kind: 'untracked'; readonly why: string }
  | { readonly kind: 'unknown'; readonly reason: Reason; readonly why: string };

/** A tag that is a newer version; `digest` where it is known. */
export type Version = { readonly tag: string; readonly level: 'patch' | 'minor' | 'major'; readonly digest: Digest | null };

/** Do the image's first layers still equal its base image as it is published now? */
export type BaseVerdict =
  { readonly kind: 'none'; readonly why: string } | { readonly kind: 'unknown'; readonly reason: Reason; readonly why: string };

/** One word over all axes. Source: the JSON contract, `verdict`. */
export type Overall = 'stale' | 'fresh' | 'unknown';

/**
 * One word over all axes: `stale` when any reports something newer, `unknown` when none does and the tag or base question stayed open, else `fresh`.
 *
 * A base for which there is no evidence is the usual case, not an open question.
 */
export function decideOverall(tag: TagVerdict, newer: NewerVerdict, base: BaseVerdict): Overall {
  if (tag.kind === 'rebuilt' || tag.kind === 'gone' || newer.kind === 'available') return 'stale';
  if (tag.kind === 'unknown') return 'unknown';
  if (base.kind === 'unknown' && base.reason.kind !== 'no-evidence') return 'unknown';
  return 'fresh';
}
