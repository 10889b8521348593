import type { Digest } from '../digest.ts';
import type { Reason } from '../reason.ts';
import type { Reference } from '../reference.ts';

/** What can say on which base an image was built, strongest first. Source: the JSON contract, `base.evidence`. */
export const EVIDENCE_SOURCES = [
  'flag',
  'config',
  'dockerfile',
  'provenance',
  'buildpacks',
  'annotation',
  'squash-mark',
  'from-comment',
  'parent-chain',
  'seen-before',
  'local-image',
  'label',
  'candidate',
  'history',
] as const;

export type EvidenceSource = (typeof EVIDENCE_SOURCES)[number];

/**
 * Where in an image its base ends: after so many history entries, after so many layers; null where that is not said.
 *
 * `exact`: recorded by the builder. `strong`: a mark of the builder that has known exceptions. `weak`: a guess, good for a hint only.
 */
export type Boundary = {
  readonly history: number | null;
  readonly layers: number | null;
  readonly strength: 'exact' | 'strong' | 'weak';
};

/** One statement about the base of an image, before anything of it is proven. */
export type BaseClaim = {
  readonly source: EvidenceSource;
  /** `scratch`: the image is said to have no base. */
  readonly says: 'base' | 'scratch';
  /** With a tag, a digest or both, the default tag filled in; null where only the contents or an id are known. */
  readonly reference: Reference | null;
  /** Digests of the base as it was then: of an index or of a manifest, the builders differ. */
  readonly digests: readonly Digest[];
  /** The config digest of the base as it was then. */
  readonly imageId: Digest | null;
  readonly boundary: Boundary | null;
  /** Where it stands: `annotation org.opencontainers.image.base.name of the manifest`. Safe to print. */
  readonly where: string;
};

/**
 * A statement that does not count: `where` it stands and `why` it does not count, as a sentence's end: `its LABEL step belongs to the base`.
 *
 * `unread`: what kept it from being read now, though another time it may be.
 */
export type RejectedClaim = { readonly source: EvidenceSource; readonly where: string; readonly why: string; readonly unread?: Reason };

/** What one kind of evidence says of an image. */
export type Findings = { readonly claims: readonly BaseClaim[]; readonly rejected: readonly RejectedClaim[] };

export const NOTHING_FOUND: Findings = { claims: [], rejected: [] };

/** Makes a claim of the parts that are there. */
export function makeClaim(source: EvidenceSource, where: string, parts: Partial<Omit<BaseClaim, 'source' | 'where'>>): BaseClaim {
  return { source, says: 'base', reference: null, digests: [], imageId: null, boundary: null, ...parts, where };
}
