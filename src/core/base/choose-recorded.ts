import type { Reason } from '../reason.ts';
import { isSameRepository } from '../reference.ts';
import { type BaseClaim, makeClaim } from './claim.ts';
import { chooseMaterial, type Discounted } from './choose-material.ts';
import type { Conversation } from './conversation.ts';
import type { Evidence } from './gather.ts';
import { nameOfBase } from './suspect.ts';
import type { Surroundings } from './surroundings.ts';
import { RECORDED } from './weigh.ts';

/**
 * The claim of a builder or publisher that counts. `doubts`: why another may be the right one. `open`: why it could not be found out which one counts; null
 * where it could, or nothing is recorded.
 */
export type Recording = {
  readonly claim: BaseClaim | null;
  readonly discounted: readonly Discounted[];
  readonly doubts: readonly string[];
  readonly open: Reason | null;
};

/** Chooses the strongest claim that names something; of several materials of one build the one whose layers reach highest in the image. */
export function* chooseRecorded(evidence: Evidence, here: Surroundings): Conversation<Recording> {
  const claims = evidence.claims.filter(({ source }) => RECORDED.has(source));
  const materials = claims.filter(({ source }) => source === 'provenance');
  const others = claims.filter(({ source }) => source !== 'provenance');
  const material = yield* chooseMaterial(materials, evidence, here);
  const scratch = material.isWhole && others.length === 0 && areAllRead(evidence) ? scratchOf(materials) : [];
  const candidates = [...(material.claim === null ? [] : [material.claim]), ...withoutInherited(others, evidence), ...scratch];
  const claim = candidates.find(({ says, reference }) => says === 'scratch' || reference !== null) ?? null;
  const conflicting = candidates.filter((other) => claim !== null && other !== claim && contradicts(other, claim));
  const why = claim?.reference == null ? 'a stronger source says otherwise' : `a stronger source names ${nameOfBase(claim.reference)}`;
  return {
    claim,
    discounted: [...material.discounted, ...conflicting.map((other) => ({ claim: other, why }))],
    doubts: claim === null || claim === material.claim ? material.doubts : [],
    open: claim === null ? material.open : null,
  };
}

/** Whether two claims name different repositories, or only one a base. */
export function contradicts(a: BaseClaim, b: BaseClaim): boolean {
  if (a.says !== b.says) return true;
  return a.reference !== null && b.reference !== null && !isSameRepository(a.reference, b.reference);
}

/** A statement that could not be read, or names an image that could not be, does not tell of all that a build used; one that is told by its name was read. */
function areAllRead({ rejected }: Evidence): boolean {
  return !rejected.some(({ source, where, unread }) => unread !== undefined || (source === 'provenance' && !where.includes(' in ')));
}

/** All that a build used is known, and none of it lies at the bottom of the image. */
function scratchOf([material]: readonly BaseClaim[]): readonly BaseClaim[] {
  return material === undefined ? [] : [makeClaim('provenance', material.where, { says: 'scratch' })];
}

/**
 * `podman commit` leaves the annotations of the image it began with on what it makes, and adds one step, whose comment is its own. A build's own steps are
 * most often more, and those that come from a cache keep the name they were first built on.
 * Source: containers/buildah, image.go and new.go.
 */
function withoutInherited(claims: readonly BaseClaim[], { contents }: Evidence): readonly BaseClaim[] {
  const last = (contents.history?.entries.length ?? 0) - 1;
  const comment = claims.find(
    ({ source, boundary, reference }) =>
      source === 'from-comment' && boundary?.strength === 'exact' && boundary.history === last && reference !== null,
  );
  if (comment === undefined) return claims;
  const inherited = claims.filter((claim) => claim.source === 'annotation' && contradicts(claim, comment));
  return [...claims.filter((claim) => !inherited.includes(claim)), ...inherited];
}
