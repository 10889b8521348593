import type { Reason } from '../reason.ts';
import { type Reference, renderReference } from '../reference.ts';
import { type Discounted, findContents } from './choose-material.ts';
import { chooseRecorded, contradicts } from './choose-recorded.ts';
import type { BaseClaim } from './claim.ts';
import type { Conversation } from './conversation.ts';
import { endingAsMarked, type Fitting, listFitting } from './fitting.ts';
import type { Evidence } from './gather.ts';
import { compareExtent, isOfRepository, type KnownBase } from './known-base.ts';
import { nameOfBase, type Suspect } from './suspect.ts';
import type { Surroundings } from './surroundings.ts';
import { isKnownAs } from './version.ts';
import { nameOfKnown, RECORDED, type Scales, TOLD, weigh } from './weigh.ts';

/**
 * What an image was built on, as far as that can be told.
 *
 * `suspects`: more than one where its contents have several names; `unasked`: how many further names they have. `beyond`: bases to look at where the first has
 * not moved, because it is only on this machine.
 * `unnamed`: a base is known by its contents, and no tag of it. `open`: what is recorded of it could not be read.
 */
export type Choice =
  | { readonly kind: 'suspects'; readonly suspects: readonly Suspect[]; readonly unasked: number; readonly beyond: readonly Fitting[] }
  | { readonly kind: 'scratch'; readonly claim: BaseClaim }
  | { readonly kind: 'unnamed'; readonly base: KnownBase }
  | { readonly kind: 'open'; readonly reason: Reason }
  | { readonly kind: 'nothing' };

/** A choice, and the claims that do not count because of it. */
export type Chosen = { readonly choice: Choice; readonly discounted: readonly Discounted[] };

/** Names for one and the same contents that are asked about: official images have about ten, and each takes a HEAD. */
const MAX_NAMES = 16;

/**
 * Chooses the base to check: what the user said; else what builders recorded, unless a base that is proven by its contents explains more of the image; else
 * that one; else what labels say.
 *
 * `tagsHere`: tags of a repository that images of this machine have, for a base of which only the repository is known.
 */
export function* chooseBase(evidence: Evidence, here: Surroundings & NamesHere): Conversation<Chosen> {
  const all = listFitting(evidence, here.known);
  const fitting = endingAsMarked(all, evidence);
  const beyond = all.filter(({ base, fit }) => !base.isLocal && fit !== 'differs');
  const weighing = { evidence, fitting, beyond, doubts: [] };
  const told = evidence.claims.find(({ source, reference, says }) => TOLD.has(source) && (reference !== null || says === 'scratch'));
  if (told?.says === 'scratch') return { choice: { kind: 'scratch', claim: told }, discounted: [] };
  if (told?.reference != null) {
    const others = evidence.claims.filter((claim) => RECORDED.has(claim.source) && isOther(claim, told));
    const why = `${nameOfBase(told.reference)} was named`;
    return { ...chosen([told.reference], weighing), discounted: others.map((claim) => ({ claim, why })) };
  }

  const { claim, discounted, doubts, open } = yield* chooseRecorded(evidence, here);
  const scales = { ...weighing, evidence: withoutDiscounted(evidence, discounted), doubts };
  const [best] = fitting.filter(({ fit }) => fit !== 'differs');
  if (claim !== null && best !== undefined && (yield* explainsLess(claim, best, here))) {
    const why = `${nameOfKnown(best.base)} lies at the bottom of the image and is more than that`;
    return { choice: chooseProven(scales, here), discounted: [...discounted, { claim, why }] };
  }
  if (claim?.says === 'scratch') return { choice: { kind: 'scratch', claim }, discounted };
  if (claim?.reference != null) {
    const names = [claim.reference, ...(isPerhapsCached(claim, evidence, fitting) ? otherNames(claim.reference, fitting) : [])];
    return { ...chosen(names, scales), discounted };
  }
  const choice = chooseProven(scales, here);
  return { choice: choice.kind === 'nothing' && open !== null ? { kind: 'open', reason: open } : choice, discounted };
}

function withoutDiscounted(evidence: Evidence, discounted: readonly Discounted[]): Evidence {
  const claims = new Set(discounted.map(({ claim }) => claim));
  return { ...evidence, claims: evidence.claims.filter((claim) => !claims.has(claim)) };
}

/** Tags of the repositories of a base that images of this machine have. */
export type NamesHere = { readonly tagsHere: (base: KnownBase) => readonly Reference[] };

/** A claim that has only a digest or an id gets the name of the known base that has it. */
export function nameRecorded(claim: BaseClaim, known: readonly KnownBase[]): BaseClaim {
  if (claim.reference !== null || claim.says === 'scratch' || !RECORDED.has(claim.source)) return claim;
  const base = known.find((each) => isKnownAs(each, claim.digests) || (claim.imageId !== null && each.configDigest === claim.imageId));
  return { ...claim, reference: base?.references[0] ?? null };
}

function isOther(claim: BaseClaim, told: BaseClaim): boolean {
  return contradicts(claim, told) || (claim.reference !== null && claim.reference.tag !== told.reference?.tag);
}

/**
 * buildah takes a cached layer with the comment and the annotation it was first built with, which may name another tag of the same base. Where the annotation
 * has a digest the base is known by, as without layers, nothing came from the cache.
 * Source: containers/buildah 1.28, imagebuildah/stage_executor.go; seen on images made with it.
 */
function isPerhapsCached(claim: BaseClaim, { claims }: Evidence, fitting: readonly Fitting[]): boolean {
  if (claim.source === 'from-comment') return true;
  if (claim.source !== 'annotation' || !claims.some(({ source }) => source === 'from-comment')) return false;
  return !fitting.some(({ base }) => isKnownAs(base, claim.digests));
}

function otherNames(reference: Reference, fitting: readonly Fitting[]): readonly Reference[] {
  const full = fitting.filter(({ base, fit }) => fit === 'full' && !base.isLocal && isOfRepository(base, reference));
  const names = distinctNames(full.flatMap(({ base }) => base.references));
  return names.filter((name) => renderReference(name) !== renderReference(reference));
}

function distinctNames(names: readonly Reference[]): readonly Reference[] {
  return [...new Map(names.map((name) => [renderReference(name), name])).values()];
}

/** Chooses among bases that are proven by their contents, the most of the image explained first; without any what a label says. */
export function chooseProven(scales: Scales, { tagsHere }: NamesHere): Choice {
  const { evidence, fitting } = scales;
  const label = evidence.claims.find(({ source, reference }) => source === 'label' && reference !== null)?.reference ?? null;
  const [best] = fitting;
  if (best === undefined) return label === null ? { kind: 'nothing' } : chosen([label], scales).choice;
  const alike = fitting.filter(({ base, fit }) => fit === best.fit && compareExtent(base.contents, best.base.contents) === 0);
  const published = alike.filter(({ base }) => !base.isLocal);
  const named = (published.length > 0 ? published : alike).flatMap(({ base }) => base.references);
  const names = distinctNames(named.length > 0 ? named : alike.flatMap(({ base }) => tagsHere(base)));
  if (names.length === 0) return { kind: 'unnamed', base: best.base };
  const preferred = names.filter((name) => label !== null && renderReference(name) === renderReference(label));
  return chosen(preferred.length > 0 ? preferred : names, scales).choice;
}

/** Weighs each name. A base that only this machine has stands on a published one, which is looked at, too. */
function chosen(names: readonly Reference[], scales: Scales): { readonly choice: Choice } {
  const suspects = names.slice(0, MAX_NAMES).map((name) => weigh(name, scales));
  const isLocal = suspects.every(({ old }) => old?.isLocal === true);
  return { choice: { kind: 'suspects', suspects, unasked: names.length - suspects.length, beyond: isLocal ? scales.beyond : [] } };
}

/** Whether a claim names a base of the base: what is proven by its contents is another one, and reaches higher. */
function* explainsLess(claim: BaseClaim, best: Fitting, here: Surroundings): Conversation<boolean> {
  if (claim.says === 'scratch') return best.fit === 'full' || claim.source === 'provenance';
  if (claim.boundary?.strength === 'exact' || claim.reference === null || isOfRepository(best.base, claim.reference)) return false;
  if (isKnownAs(best.base, claim.digests)) return false;
  const contents = yield* findContents(claim, here);
  return contents.ok && compareExtent(best.base.contents, contents.value) < 0;
}
