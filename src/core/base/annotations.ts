import { type Digest, parseDigest } from '../digest.ts';
import { parseReference, type Reference, renderReference, withDefaultTag } from '../reference.ts';
import { sanitizeText } from '../text.ts';
import { type BaseClaim, type EvidenceSource, type Findings, makeClaim, type RejectedClaim } from './claim.ts';

/** The keys by which annotations and labels name a base. Source: OCI image-spec v1.1, annotations.md. */
export const BASE_NAME = 'org.opencontainers.image.base.name';
export const BASE_DIGEST = 'org.opencontainers.image.base.digest';

/** The annotations at each place an image may have them; null where they are not known. */
export type AnnotationPlaces = {
  /** Of the image's own manifest. */
  readonly manifest: ReadonlyMap<string, string> | null;
  /** Of the descriptor in the index that leads to it. */
  readonly descriptor: ReadonlyMap<string, string> | null;
  /** Of the index itself. */
  readonly index: ReadonlyMap<string, string> | null;
};

/**
 * What annotations say of an image's base: one claim, of the place nearest to the image that has a name.
 *
 * Other places that name the same add their digest to it, since builders record a platform's manifest at the one and the index at the other; those that name
 * another do not count. A digest alone claims something only where no place has a name; an empty name is none (buildah writes one for a base without).
 * Source: OCI image-spec v1.1, annotations.md; google/ko, pkg/build/gobuild.go; docker-library/meta-scripts, meta.jq.
 */
export function findAnnotations(places: AnnotationPlaces): Findings {
  const read = [
    readBase(places.manifest, { source: 'annotation', where: 'annotation', of: ' of the manifest' }),
    readBase(places.descriptor, { source: 'annotation', where: 'annotation', of: ' of the descriptor in the index' }),
    readBase(places.index, { source: 'annotation', where: 'annotation', of: ' of the index' }),
  ];
  const claims = read.flatMap(({ claim }) => (claim === null ? [] : [claim]));
  const rejected = read.flatMap((each) => each.rejected);
  const best = claims.find((claim) => claim.says === 'scratch' || claim.reference !== null) ?? claims[0];
  if (best === undefined) return { claims: [], rejected };

  const digests = new Set(best.digests);
  for (const claim of claims.filter((each) => each !== best)) {
    if (isSameName(claim, best)) claim.digests.forEach((digest) => digests.add(digest));
    else rejected.push({ source: 'annotation', where: claim.where, why: `the ${best.where} goes before it, and says ${saying(best)}` });
  }
  return { claims: [{ ...best, digests: [...digests] }], rejected };
}

/** What is read in and how to call it: `annotation` KEY ` of the manifest`. */
export type NamingPlace = { readonly source: EvidenceSource; readonly where: string; readonly of: string };

/**
 * Reads name and digest of a base from the annotations or labels of one place.
 *
 * `scratch` is no image's name but says that there is no base. A digest that cannot be read leaves the name standing.
 */
export function readBase(
  texts: ReadonlyMap<string, string> | null,
  place: NamingPlace,
): { readonly claim: BaseClaim | null; readonly rejected: RejectedClaim[] } {
  const name = (texts?.get(BASE_NAME) ?? '').trim();
  const digestText = (texts?.get(BASE_DIGEST) ?? '').trim();
  const at = (key: string): string => `${place.where} ${key}${place.of}`;
  if (name === 'scratch') return { claim: makeClaim(place.source, at(BASE_NAME), { says: 'scratch' }), rejected: [] };

  const rejected: RejectedClaim[] = [];
  const digest = parseDigest(digestText);
  if (digest === null && digestText !== '') {
    rejected.push({
      source: place.source,
      where: at(BASE_DIGEST),
      why: `"${sanitizeText(digestText, 200)}" is no sha256 or sha512 digest`,
    });
  }
  const parsed = name === '' ? null : parseReference(name);
  if (parsed?.ok === false) rejected.push({ source: place.source, where: at(BASE_NAME), why: parsed.message });
  const reference = parsed?.ok === true ? withDefaultTag(parsed.value) : null;
  if (reference === null && (digest === null || name !== '')) return { claim: null, rejected };
  const claim = makeClaim(place.source, at(reference === null ? BASE_DIGEST : BASE_NAME), {
    reference,
    digests: digestsOf(reference, digest),
  });
  return { claim, rejected };
}

function digestsOf(reference: Reference | null, digest: Digest | null): readonly Digest[] {
  return [...new Set([digest, reference?.digest ?? null].filter((each) => each !== null))];
}

/** Names that differ in a pinned digest only are the same. */
function isSameName(a: BaseClaim, b: BaseClaim): boolean {
  return a.says === b.says && nameOf(a) === nameOf(b);
}

function nameOf({ reference }: BaseClaim): string | null {
  return reference === null ? null : renderReference(reference.tag === null ? reference : { ...reference, digest: null });
}

function saying(claim: BaseClaim): string {
  if (claim.says === 'scratch') return 'scratch';
  return claim.reference === null ? (claim.digests[0] ?? 'nothing') : renderReference(claim.reference);
}
