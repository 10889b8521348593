import type { ImageContents } from '../image-contents.ts';
import { isSameRepository, type Reference, renderReference } from '../reference.ts';
import type { BaseClaim, EvidenceSource, RejectedClaim } from './claim.ts';
import { askContents, askEntry, type Conversation } from './conversation.ts';
import type { Surroundings } from './surroundings.ts';
import type { Evidence } from './gather.ts';
import { compareExtent, type Fit, fitBase, isOfRepository, type KnownBase } from './known-base.ts';
import { nameOfBase, sortSources, type Suspect } from './suspect.ts';
import { isKnownAs } from './version.ts';

/**
 * What an image was built on, as far as that can be told.
 *
 * `suspects`: more than one where its contents have several names. `beyond`: bases to look at where the first has not moved, because it is only on this machine.
 * `unnamed`: a base is known by its contents, and no tag of it.
 */
export type Choice =
  | { readonly kind: 'suspects'; readonly suspects: readonly Suspect[]; readonly beyond: readonly Fitting[] }
  | { readonly kind: 'scratch'; readonly claim: BaseClaim }
  | { readonly kind: 'unnamed'; readonly base: KnownBase }
  | { readonly kind: 'nothing' };

/** A choice, and the claims that do not count because of it. */
export type Chosen = { readonly choice: Choice; readonly rejected: readonly RejectedClaim[] };

/** A known base that fits below the image. */
export type Fitting = { readonly base: KnownBase; readonly fit: Fit };

/** The user said so. */
const TOLD: ReadonlySet<EvidenceSource> = new Set(['flag', 'config', 'dockerfile', 'seen-before']);

/** Builders and publishers said so. */
const RECORDED: ReadonlySet<EvidenceSource> = new Set(['provenance', 'buildpacks', 'annotation', 'squash-mark', 'from-comment']);

/** Names for one and the same contents that are asked about. */
const MAX_NAMES = 5;

const ANY: Suspect['limit'] = { moved: 'certain', other: 'certain' };

/**
 * Chooses the base to check: what the user said; else what builders recorded, unless a base that is proven by its contents explains more of the image; else
 * that one; else what labels say.
 *
 * `tagsHere`: tags of a repository that images of this machine have, for a base of which only the repository is known.
 */
export function* chooseBase(
  evidence: Evidence,
  here: Surroundings & { readonly tagsHere: (repository: KnownBase) => readonly Reference[] },
): Conversation<Chosen> {
  const fitting = listFitting(evidence, here.known);
  const told = evidence.claims.find(({ source, reference }) => TOLD.has(source) && reference !== null);
  if (told?.reference != null) {
    const others = evidence.claims.filter((claim) => RECORDED.has(claim.source) && contradicts(claim, told));
    const why = `${nameOfBase(told.reference)} was named`;
    return chosen(
      [suspect(told.reference, evidence, fitting)],
      others.map((claim) => ({ ...claim, why })),
    );
  }

  const recorded = yield* chooseRecorded(evidence, here);
  const [best] = fitting.filter(({ fit }) => fit !== 'differs');
  const claim = recorded.claim;
  if (claim !== null && best !== undefined && (yield* explainsLess(claim, best, here))) {
    const why = `${nameOfKnown(best.base)} lies at the bottom of the image and is more than that`;
    return { ...chooseProven(evidence, fitting, here), rejected: [...recorded.rejected, { ...claim, why }] };
  }
  if (claim?.says === 'scratch') return { choice: { kind: 'scratch', claim }, rejected: recorded.rejected };
  if (claim?.reference != null) {
    const names = [claim.reference, ...(claim.source === 'from-comment' ? otherNames(claim.reference, fitting) : [])];
    return chosen(
      names.map((name) => suspect(name, evidence, fitting)),
      recorded.rejected,
    );
  }
  const proven = chooseProven(evidence, fitting, here);
  return { ...proven, rejected: recorded.rejected };
}

/** buildah takes a cached layer with the comment it was first built with, which may name another tag of the same base. */
function otherNames(reference: Reference, fitting: readonly Fitting[]): readonly Reference[] {
  const full = fitting.filter(({ base, fit }) => fit === 'full' && !base.isLocal && isOfRepository(base, reference));
  const names = distinctNames(full.flatMap(({ base }) => base.references));
  return names.filter((name) => renderReference(name) !== renderReference(reference)).slice(0, MAX_NAMES - 1);
}

function distinctNames(names: readonly Reference[]): readonly Reference[] {
  return [...new Map(names.map((name) => [renderReference(name), name])).values()];
}

/** The choice among bases that are proven by their contents, the most of the image explained first. */
export function chooseProven(
  evidence: Evidence,
  fitting: readonly Fitting[],
  here: { readonly tagsHere: (repository: KnownBase) => readonly Reference[] },
): Chosen {
  const [best] = fitting;
  if (best === undefined) {
    const label = evidence.claims.find(({ source, reference }) => source === 'label' && reference !== null);
    return label?.reference == null ? { choice: { kind: 'nothing' }, rejected: [] } : chosen([suspect(label.reference, evidence, fitting)]);
  }
  const alike = fitting.filter(({ base, fit }) => fit === best.fit && compareExtent(base.contents, best.base.contents) === 0);
  const published = alike.filter(({ base }) => !base.isLocal);
  const named = (published.length > 0 ? published : alike).flatMap(({ base }) => base.references);
  const names = named.length > 0 ? named : alike.flatMap(({ base }) => here.tagsHere(base));
  if (names.length === 0) return { choice: { kind: 'unnamed', base: best.base }, rejected: [] };
  const label = evidence.claims.find(({ source, reference }) => source === 'label' && reference !== null);
  const preferred = names.filter((name) => label?.reference != null && renderReference(name) === renderReference(label.reference));
  const distinct = distinctNames(preferred.length > 0 ? preferred : names);
  const beyond = best.base.isLocal && published.length === 0 ? fitting.filter(({ base }) => !base.isLocal) : [];
  return chosen(
    distinct.slice(0, MAX_NAMES).map((name) => suspect(name, evidence, fitting)),
    [],
    beyond,
  );
}

function chosen(suspects: readonly Suspect[], rejected: readonly RejectedClaim[] = [], beyond: readonly Fitting[] = []): Chosen {
  return { choice: { kind: 'suspects', suspects, beyond }, rejected };
}

/**
 * Bases that fit, those first that explain most. Where a builder marked the end of the base exactly, only those that end there. An image that only this machine
 * has and that has other steps is rather a sister, built in part from the same cache.
 */
function listFitting({ contents, layersLost, boundaries }: Evidence, known: readonly KnownBase[]): readonly Fitting[] {
  const exact = boundaries.find(({ strength }) => strength === 'exact');
  const all = known
    .flatMap((base) => {
      const fit = fitBase(contents, base.contents, layersLost);
      return fit === null || (fit === 'differs' && base.isLocal) ? [] : [{ base, fit }];
    })
    .sort((a, b) => compareExtent(a.base.contents, b.base.contents) || rankFit(a.fit) - rankFit(b.fit));
  return exact === undefined ? all : all.filter(({ base, fit }) => fit !== 'full' || endsAt(base.contents, exact));
}

const rankFit = (fit: Fit): number => ['full', 'layers', 'differs'].indexOf(fit);

function endsAt(contents: ImageContents, end: { readonly history: number | null; readonly layers: number | null }): boolean {
  if (end.layers !== null) return contents.diffIds.length === end.layers;
  return end.history === null || contents.history === null || contents.history.entries.length === end.history;
}

type Recording = { readonly claim: BaseClaim | null; readonly rejected: readonly RejectedClaim[] };

/** The strongest claim that names something; of several materials of one build the one whose layers reach highest in the image. */
function* chooseRecorded(evidence: Evidence, here: Surroundings): Conversation<Recording> {
  const claims = evidence.claims.filter(({ source }) => RECORDED.has(source));
  const materials = claims.filter(({ source }) => source === 'provenance');
  const others = claims.filter(({ source }) => source !== 'provenance').map((claim) => named(claim, here.known));
  const material = materials.length < 2 ? { claim: materials[0] ?? null, rejected: [] } : yield* chooseMaterial(materials, evidence, here);
  const candidates = [...(material.claim === null ? [] : [material.claim]), ...withoutInherited(others, evidence)];
  const claim = candidates.find(({ says, reference }) => says === 'scratch' || reference !== null) ?? null;
  const conflicting = candidates.filter((other) => claim !== null && other !== claim && contradicts(other, claim));
  const because = claim?.reference == null ? 'a stronger source says otherwise' : `a stronger source names ${nameOfBase(claim.reference)}`;
  return { claim, rejected: [...material.rejected, ...conflicting.map((other) => ({ ...other, why: because }))] };
}

/** A claim that has only a digest or an id gets the name of the known base that has it. */
function named(claim: BaseClaim, known: readonly KnownBase[]): BaseClaim {
  if (claim.reference !== null || claim.says === 'scratch') return claim;
  const base = known.find((each) => isKnownAs(each, claim.digests) || (claim.imageId !== null && each.configDigest === claim.imageId));
  return { ...claim, reference: base?.references[0] ?? null };
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

function contradicts(a: BaseClaim, b: BaseClaim): boolean {
  if (a.says !== b.says) return true;
  return a.reference !== null && b.reference !== null && !isSameRepository(a.reference, b.reference);
}

function* chooseMaterial(materials: readonly BaseClaim[], evidence: Evidence, here: Surroundings): Conversation<Recording> {
  const measured: { readonly claim: BaseClaim; readonly contents: ImageContents | null }[] = [];
  for (const claim of materials) measured.push({ claim, contents: yield* findContents(claim, here) });
  const fitting = measured.filter(({ contents }) => contents !== null && fitBase(evidence.contents, contents) !== null);
  const [best] = fitting.sort((a, b) => (a.contents === null || b.contents === null ? 0 : compareExtent(a.contents, b.contents)));
  const rest = measured.filter((each) => each !== best);
  return {
    claim: best?.claim ?? null,
    rejected: rest.map(({ claim, contents }) => ({
      ...claim,
      why:
        contents === null
          ? 'what it names could not be read'
          : 'its layers are not at the bottom of the image, or fewer are than of another',
    })),
  };
}

/** The contents of what a claim recorded; without a request where that is known, null where it cannot be had. */
function* findContents(claim: BaseClaim, here: Surroundings): Conversation<ImageContents | null> {
  const { reference } = claim;
  const known = here.known.find(
    (base) => isKnownAs(base, claim.digests) || (claim.imageId !== null && base.configDigest === claim.imageId),
  );
  if (known !== undefined) return known.contents;
  const [digest] = claim.digests;
  if (reference === null || digest === undefined) return null;
  const remembered = here.seen(reference).find((version) => isKnownAs(version, [digest]));
  if (remembered !== undefined) return remembered.contents;
  if (here.refusal(reference) !== null) return null;
  const entry = yield* askEntry(reference, digest);
  if (!entry.ok || entry.value === null) return null;
  const contents = yield* askContents(reference, { top: digest, manifest: entry.value.manifest });
  return contents.ok ? contents.value.contents : null;
}

/** Whether a claim names a base of the base: what is proven by its contents is another one, and reaches higher. */
function* explainsLess(claim: BaseClaim, best: Fitting, here: Surroundings): Conversation<boolean> {
  if (claim.says === 'scratch') return best.fit === 'full';
  if (claim.boundary?.strength === 'exact' || claim.reference === null || isOfRepository(best.base, claim.reference)) return false;
  if (isKnownAs(best.base, claim.digests)) return false;
  const contents = yield* findContents(claim, here);
  return contents !== null && compareExtent(best.base.contents, contents) < 0;
}

/** Puts together what speaks for a reference. */
function suspect(reference: Reference, evidence: Evidence, fitting: readonly Fitting[]): Suspect {
  const agreeing = evidence.claims.filter((claim) => claim.reference !== null && isSameName(claim.reference, reference));
  const ofIt = fitting.filter(({ base }) => isOfRepository(base, reference));
  const proven = ofIt.find(({ fit }) => fit !== 'differs') ?? null;
  const sources = sortSources([...agreeing.map(({ source }) => source), ...ofIt.slice(0, 1).map(({ base }) => base.source)]);
  const pinned = reference.digest === null ? [] : [reference.digest];
  return {
    reference,
    sources,
    digests: [...new Set([...pinned, ...agreeing.flatMap(({ digests }) => digests)])],
    old: proven?.base ?? null,
    limit: limitOf(agreeing, proven, evidence),
    notes: hintAtMore(proven, evidence),
  };
}

function isSameName(a: Reference, b: Reference): boolean {
  return isSameRepository(a, b) && (a.tag === b.tag || a.tag === null || b.tag === null);
}

/** How sure an answer may be that rests on how a base was found. */
function limitOf(claims: readonly BaseClaim[], proven: Fitting | null, evidence: Evidence): Suspect['limit'] {
  if (claims.some(({ source }) => TOLD.has(source) || RECORDED.has(source))) return ANY;
  if (proven === null) return claims.length > 0 ? LOW : MEDIUM;
  if (hintAtMore(proven, evidence).length > 0) return { moved: 'medium', other: 'low' };
  return proven.base.isLocal || proven.fit === 'layers' ? MEDIUM : ANY;
}

const MEDIUM: Suspect['limit'] = { moved: 'medium', other: 'medium' };
const LOW: Suspect['limit'] = { moved: 'low', other: 'low' };

/** Where the image looks as if its base ended higher, what was found may be a base of its base. */
function hintAtMore(proven: Fitting | null, { boundaries }: Evidence): readonly string[] {
  const steps = proven?.base.contents.history?.entries.length ?? null;
  const [end] = boundaries.filter(({ history }) => history !== null);
  if (proven === null || steps === null || end?.history == null || end.strength === 'exact' || end.history <= steps) return [];
  return [
    `its history looks as if its base had ${end.history} steps, not ${steps}, so it may be built on more than ${nameOfKnown(proven.base)}`,
  ];
}

function nameOfKnown(base: KnownBase): string {
  const [reference] = base.references;
  return reference === undefined ? (base.topDigest ?? base.configDigest ?? 'an image without a name') : nameOfBase(reference);
}
