import { isSameRepository, type Reference } from '../reference.ts';
import type { BaseClaim, EvidenceSource } from './claim.ts';
import type { Fitting } from './fitting.ts';
import type { Evidence } from './gather.ts';
import { compareExtent, isOfRepository, type KnownBase } from './known-base.ts';
import { nameOfBase, sortSources, type Suspect } from './suspect.ts';

/** The user said so. */
export const TOLD: ReadonlySet<EvidenceSource> = new Set(['flag', 'config', 'dockerfile', 'seen-before']);

/** Builders and publishers said so. */
export const RECORDED: ReadonlySet<EvidenceSource> = new Set(['provenance', 'buildpacks', 'annotation', 'squash-mark', 'from-comment']);

/**
 * All that is held against a reference: what is said, what fits, and why another base may be the right one. `beyond`: published bases further down, for one that
 * only this machine has.
 */
export type Scales = {
  readonly evidence: Evidence;
  readonly fitting: readonly Fitting[];
  readonly beyond: readonly Fitting[];
  readonly doubts: readonly string[];
};

/** Puts together what speaks for a reference, and how sure an answer may be that rests on it. */
export function weigh(reference: Reference, { evidence, fitting, doubts }: Omit<Scales, 'beyond'>): Suspect {
  const agreeing = evidence.claims.filter((claim) => claim.reference !== null && isSameName(claim.reference, reference));
  const nameless = evidence.claims.filter(isNameless);
  const ofIt = fitting.filter(({ base }) => isOfRepository(base, reference));
  const proven = ofIt.find(({ fit }) => fit !== 'differs') ?? null;
  const pinned = reference.digest === null ? [] : [reference.digest];
  return {
    reference,
    sources: sortSources([...[...agreeing, ...nameless].map(({ source }) => source), ...ofIt.slice(0, 1).map(({ base }) => base.source)]),
    digests: [...new Set([...pinned, ...[...agreeing, ...nameless].flatMap(({ digests }) => digests)])],
    old: proven?.base ?? null,
    limit: doubts.length > 0 ? { moved: 'medium', other: 'low' } : limitOf(agreeing, proven, evidence),
    notes: [...doubts, ...hintAtMore(proven, evidence), ...hintAtOther(reference, proven, fitting)],
  };
}

/** A digest that was recorded without a name, as with `--annotation`, is the base's under whatever name that is checked. */
function isNameless({ source, says, reference, digests }: BaseClaim): boolean {
  return RECORDED.has(source) && says === 'base' && reference === null && digests.length > 0;
}

/** What a known base is called, without a tag by its digest. */
export function nameOfKnown(base: KnownBase): string {
  const [reference] = base.references;
  return reference === undefined ? (base.topDigest ?? base.configDigest ?? 'an image without a name') : nameOfBase(reference);
}

function isSameName(a: Reference, b: Reference): boolean {
  return isSameRepository(a, b) && (a.tag === b.tag || a.tag === null || b.tag === null);
}

const ANY: Suspect['limit'] = { moved: 'certain', other: 'certain' };
const MEDIUM: Suspect['limit'] = { moved: 'medium', other: 'medium' };
const LOW: Suspect['limit'] = { moved: 'low', other: 'low' };

function limitOf(claims: readonly BaseClaim[], proven: Fitting | null, evidence: Evidence): Suspect['limit'] {
  if (claims.some(({ source }) => TOLD.has(source) || RECORDED.has(source))) return ANY;
  if (proven === null) return claims.length > 0 ? LOW : { moved: 'medium', other: 'low' };
  if (hintAtMore(proven, evidence).length > 0) return { moved: 'medium', other: 'low' };
  return proven.base.isLocal || proven.fit === 'layers' ? MEDIUM : ANY;
}

/** Where the image looks as if its base ended higher, what was found may be a base of its base. */
function hintAtMore(proven: Fitting | null, { boundaries }: Evidence): readonly string[] {
  const steps = proven?.base.contents.history?.entries.length ?? null;
  const [end] = boundaries.filter(({ history }) => history !== null);
  if (proven === null || steps === null || end?.history == null || end.strength === 'exact' || end.history <= steps) return [];
  return [
    `its history looks as if its base had ${end.history} steps, not ${steps}, so it may be built on more than ${nameOfKnown(proven.base)}`,
  ];
}

/** What was named may be a base of the base. */
function hintAtOther(reference: Reference, proven: Fitting | null, fitting: readonly Fitting[]): readonly string[] {
  const [best] = fitting.filter(({ base, fit }) => fit === 'full' && base.references.length > 0);
  if (best === undefined || isOfRepository(best.base, reference)) return [];
  if (proven === null || compareExtent(best.base.contents, proven.base.contents) >= 0) return [];
  return [`${nameOfKnown(best.base)} lies at the bottom of this image, too, and is more of it than ${nameOfBase(reference)}`];
}
