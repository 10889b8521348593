import type { ImageContents } from '../image-contents.ts';
import { isSameRepository, type Reference, type Repository } from '../reference.ts';
import { findAnnotations } from './annotations.ts';
import { estimateBoundaries } from './boundary.ts';
import { findBuildpacks } from './buildpacks.ts';
import { type BaseClaim, type Boundary, EVIDENCE_SOURCES, type Findings, type RejectedClaim } from './claim.ts';
import { findFromComment } from './from-comment.ts';
import { fitBase, type KnownBase } from './known-base.ts';
import { findLabels } from './label.ts';
import { readSquashMarks } from './squash-mark.ts';

/** What an image carries with it that may tell of its base. */
export type ImageTraces = {
  readonly contents: ImageContents;
  readonly labels: ReadonlyMap<string, string>;
  /** Of its manifest, where the store keeps them. */
  readonly annotations: ReadonlyMap<string, string>;
};

/** All that is said about an image's base, strongest first, and what it can be checked against. */
export type Evidence = {
  readonly claims: readonly BaseClaim[];
  readonly rejected: readonly RejectedClaim[];
  /** Of the image; with the history it had before it was flattened, where that was kept. */
  readonly contents: ImageContents;
  /** Its layers were merged, so those of its base cannot be found in it. */
  readonly layersLost: boolean;
  /** Best first. */
  readonly boundaries: readonly Boundary[];
};

/**
 * Reads what the image itself, the user and the registry it is from say of its base. `known`: bases that may fit, which show what it inherited.
 *
 * `own`: repositories of the image itself. buildah takes what it finds in its cache for the base, so an image built again names its build before as one.
 */
export function gatherEvidence(
  traces: ImageTraces,
  told: readonly Findings[],
  around: { readonly known: readonly KnownBase[]; readonly own: readonly Repository[] },
): Evidence {
  const isOwn = (reference: Reference): boolean => around.own.some((repository) => isSameRepository(repository, reference));
  const marks = readSquashMarks(traces.contents);
  const contents = marks.history === null ? traces.contents : { ...traces.contents, history: marks.history };
  const findings = [
    ...told.map((each) => withoutOwn(each, isOwn)),
    findBuildpacks(traces.labels, contents.diffIds),
    withoutOwn(findAnnotations({ manifest: traces.annotations, descriptor: null, index: null }), isOwn),
    marks.findings,
    ...(contents.history === null ? [] : [findFromComment(contents.history, isOwn)]),
  ];
  const marked = findings.flatMap(({ claims }) => claims.flatMap(({ boundary }) => (boundary === null ? [] : [boundary])));
  const labels = findLabels(traces.labels, contents.history, stepsOfBase(marked, around.known, contents));
  const all = [...findings, labels];
  return {
    claims: byRank(all.flatMap(({ claims }) => claims)),
    rejected: all.flatMap(({ rejected }) => rejected),
    contents,
    layersLost: marks.layersLost,
    boundaries: [...marked.sort(byStrength), ...estimateBoundaries(contents)],
  };
}

/** Leaves out annotations that name an earlier build of the image. */
function withoutOwn({ claims, rejected }: Findings, isOwn: (reference: Reference) => boolean): Findings {
  const own = claims.filter(({ source, reference }) => source === 'annotation' && reference !== null && isOwn(reference));
  const why = 'it names an earlier build of this image itself, which served as its cache';
  return {
    claims: claims.filter((claim) => !own.includes(claim)),
    rejected: [...rejected, ...own.map(({ source, where }) => ({ source, where, why }))],
  };
}

/** Orders claims by their source; within one source as they were found. */
export function byRank(claims: readonly BaseClaim[]): readonly BaseClaim[] {
  return [...claims].sort((a, b) => EVIDENCE_SOURCES.indexOf(a.source) - EVIDENCE_SOURCES.indexOf(b.source));
}

function byStrength(a: Boundary, b: Boundary): number {
  const order: readonly Boundary['strength'][] = ['exact', 'strong', 'weak'];
  return order.indexOf(a.strength) - order.indexOf(b.strength);
}

/** How many steps are the base's, where a builder's mark or a base that fits shows it. */
function stepsOfBase(marked: readonly Boundary[], known: readonly KnownBase[], contents: ImageContents): number | null {
  const told = marked.find(({ history, strength }) => history !== null && strength !== 'weak');
  if (told !== undefined) return told.history;
  const fitting = known.filter((base) => fitBase(contents, base.contents) === 'full');
  return fitting.reduce<number | null>((most, { contents: { history } }) => Math.max(most ?? 0, history?.entries.length ?? 0), null);
}
