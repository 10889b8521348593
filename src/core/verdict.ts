import type { EvidenceSource } from './base/claim.ts';
import type { Digest } from './digest.ts';
import type { Reason } from './reason.ts';
import type { Reference } from './reference.ts';

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

/** The kinds of it, in the order in which they are told. */
export const TAG_STATUSES = [
  'current',
  'rebuilt',
  'gone',
  'local',
  'pinned',
  'none',
  'unknown',
] as const satisfies readonly TagVerdict['kind'][];

/** Is there a newer version in the tag's line, and above it? `untracked`: the tag is no version, or versions are not followed. */
export type NewerVerdict =
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'available'; readonly line: Version | null; readonly newest: Version | null; readonly why: string }
  | { readonly kind: 'untracked'; readonly why: string }
  | { readonly kind: 'unknown'; readonly reason: Reason; readonly why: string };

/** The kinds of it. */
export const NEWER_STATUSES = ['available', 'none', 'untracked', 'unknown'] as const satisfies readonly NewerVerdict['kind'][];

/** How much changes from one version to another: in what comes after its second number, in that, or in its first. */
export const VERSION_LEVELS = ['patch', 'minor', 'major'] as const;

/** One of the words above. */
export type VersionLevel = (typeof VERSION_LEVELS)[number];

/** A tag that is a newer version; `digest` where it is known. */
export type Version = { readonly tag: string; readonly level: VersionLevel; readonly digest: Digest | null };

/** A newer tag whose variant is a newer one, too (`alpine3.19` to `alpine3.22`); `level`: of the version itself, null where only the variant is newer. */
export type VariantVersion = { readonly tag: string; readonly level: VersionLevel | null; readonly digest: Digest | null };

/** How sure an answer is: `certain` rests on digests, the others on what layers and history show. */
export const CONFIDENCES = ['certain', 'high', 'medium', 'low'] as const;

/** One of the words above. */
export type Confidence = (typeof CONFIDENCES)[number];

/** What moved in a base: see `classify` and `compare`. */
export const BASE_MOVEMENTS = ['layers-differ', 'metadata-only', 'upper-layers-removed', 'rolled-back', 'undetermined'] as const;

/** One of the words above. */
export type BaseMovement = (typeof BASE_MOVEMENTS)[number];

/** What every answer about a base tells beside itself. */
export type BaseFacts = {
  /** The base, with its tag where it has one; null where none could be named. */
  readonly reference: Reference | null;
  /** Digest of the base the image was built on, where it is known: of its index or its manifest. */
  readonly recorded: Digest | null;
  /** What the base's tag names now. */
  readonly candidate: Digest | null;
  readonly confidence: Confidence;
  /** What the answer rests on, strongest first. */
  readonly evidence: readonly EvidenceSource[];
  /** How many versions the base's tag named since; null where they were not all seen. */
  readonly versionsBehind: number | null;
  /** Further things worth knowing, each a sentence without its full stop. */
  readonly notes: readonly string[];
  readonly why: string;
};

/**
 * Do the image's first layers still equal its base image as it is published now?
 *
 * `none`: it was built from scratch. `pinned`: its base is named by digest alone.
 */
export type BaseVerdict =
  | ({ readonly kind: 'current' | 'gone' | 'none' | 'pinned' } & BaseFacts)
  | ({ readonly kind: 'moved'; readonly movement: BaseMovement; readonly difference: LayerDifference | null } & BaseFacts)
  | ({ readonly kind: 'unknown'; readonly reason: Reason } & BaseFacts);

/** The kinds of it. */
export const BASE_STATUSES = ['current', 'moved', 'gone', 'none', 'pinned', 'unknown'] as const satisfies readonly BaseVerdict['kind'][];

/** The lowest layer that differs, counted from 0, and the steps that made it, where they are known; null: there is no such layer. */
export type LayerDifference = { readonly position: number; readonly installedBy: string | null; readonly candidateBy: string | null };

/** The facts of an answer about a base of which nothing is known. */
export function untoldBase(why: string): BaseFacts {
  return { reference: null, recorded: null, candidate: null, confidence: 'low', evidence: [], versionsBehind: null, notes: [], why };
}

/** One word over all axes. Source: the JSON contract, `verdict`. */
export const OVERALLS = ['stale', 'fresh', 'unknown'] as const;

/** One of the words above. */
export type Overall = (typeof OVERALLS)[number];

/**
 * One word over all axes: `stale` when any reports something newer, `unknown` when none does and the tag or base question stayed open, else `fresh`.
 *
 * A base for which there is no evidence is the usual case, not an open question.
 */
export function decideOverall(tag: TagVerdict, newer: NewerVerdict, base: BaseVerdict): Overall {
  if (tag.kind === 'rebuilt' || tag.kind === 'gone' || newer.kind === 'available') return 'stale';
  if (base.kind === 'moved' || base.kind === 'gone') return 'stale';
  if (tag.kind === 'unknown') return 'unknown';
  if (base.kind === 'unknown' && base.reason.kind !== 'no-evidence') return 'unknown';
  return 'fresh';
}
