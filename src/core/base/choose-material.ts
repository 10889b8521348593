import { countCommonLayers, EMPTY_LAYER, type ImageContents } from '../image-contents.ts';
import { type Outcome, type Reason, reason } from '../reason.ts';
import type { BaseClaim } from './claim.ts';
import { askVersion, type Conversation } from './conversation.ts';
import type { Evidence } from './gather.ts';
import { compareExtent, fitBase } from './known-base.ts';
import { readOffered } from './read-offered.ts';
import { nameOfBase } from './suspect.ts';
import { recallVersion, type Surroundings } from './surroundings.ts';
import { isKnownAs } from './version.ts';

/** A claim that does not count, and why. */
export type Discounted = { readonly claim: BaseClaim; readonly why: string };

/**
 * Which of the images that a build used is the base. `isWhole`: all of them are known, and none is. `doubts`: some are not known, and may reach higher.
 * `open`: why it could not be told.
 */
export type Material = {
  readonly claim: BaseClaim | null;
  readonly discounted: readonly Discounted[];
  readonly isWhole: boolean;
  readonly doubts: readonly string[];
  readonly open: Reason | null;
};

/** More images than builds use; each that is not known yet takes two counted documents. */
const MAX_MATERIALS = 12;

/**
 * Chooses the material that is the base: the one whose layers reach highest in the image.
 *
 * A single one is looked at as well: of a build from scratch it is the image of another stage. Where a recorded digest is gone, what the tag names now shows
 * by the layers it shares. Source: moby/buildkit issue 6202.
 */
export function* chooseMaterial(claims: readonly BaseClaim[], evidence: Evidence, here: Surroundings): Conversation<Material> {
  const materials = distinct(claims);
  const [only] = materials;
  if (only === undefined) return NOTHING;
  if (evidence.layersLost && evidence.contents.history === null) return squashed(materials);
  const measured: Measured[] = [];
  for (const claim of materials.slice(0, MAX_MATERIALS)) measured.push(yield* measure(claim, evidence, here));
  for (const claim of materials.slice(MAX_MATERIALS)) measured.push({ claim, bottom: null, failure: TOO_MANY });

  const [best] = measured
    .flatMap(({ claim, bottom }) => (bottom === null ? [] : [{ claim, bottom }]))
    .sort((a, b) => compareExtent(a.bottom, b.bottom));
  const unread = measured.flatMap(({ claim, failure }) => (failure === null ? [] : [{ claim, failure }]));
  if (best === undefined && evidence.layersLost) return squashed(materials);
  const discounted = measured.filter(({ claim }) => claim !== best?.claim).map(discount);
  const doubts =
    unread.length === 0 ? [] : [`its build used ${namesOf(unread.map(({ claim }) => claim))} as well, which could not be read`];
  const [first] = best === undefined ? unread : [];
  const open =
    first === undefined
      ? null
      : openAbout(
          unread.map(({ claim }) => claim),
          first.failure,
        );
  return { claim: best?.claim ?? null, discounted, isWhole: best === undefined && unread.length === 0, doubts, open };
}

const NOTHING: Material = { claim: null, discounted: [], isWhole: false, doubts: [], open: null };

const TOO_MANY = reason('policy', `at most ${MAX_MATERIALS} images of a build are looked at`);

/** The same digest under several names is one image. */
function distinct(claims: readonly BaseClaim[]): readonly BaseClaim[] {
  const byDigest = new Map<string, BaseClaim>();
  for (const claim of claims) {
    const key = claim.digests[0] ?? (claim.reference === null ? claim.where : nameOfBase(claim.reference));
    if (!byDigest.has(key)) byDigest.set(key, claim);
  }
  return [...byDigest.values()];
}

/** Of merged layers nothing can be told: a single material is the base, or the build was from scratch. */
function squashed(materials: readonly BaseClaim[]): Material {
  const [only, ...others] = materials;
  if (only !== undefined && others.length === 0) return { ...NOTHING, claim: only };
  const message = `its layers were merged into one, and its build used ${namesOf(materials)}: which of them it stands on cannot be told`;
  return { ...NOTHING, open: reason('squashed', message) };
}

/** `bottom`: what lies of it at the bottom of the image; null: nothing, or it is not known, which `failure` tells. */
type Measured = { readonly claim: BaseClaim; readonly bottom: ImageContents | null; readonly failure: Reason | null };

function* measure(claim: BaseClaim, evidence: Evidence, here: Surroundings): Conversation<Measured> {
  const found = yield* findContents(claim, here);
  if (found.ok) return { claim, bottom: liesBelow(evidence, found.value) ? found.value : null, failure: null };
  const bottom = found.reason.kind === 'not-found-or-private' ? yield* measureByTag(claim, evidence, here) : null;
  return { claim, bottom, failure: bottom === null ? found.reason : null };
}

/** By its layers; or by its steps, where the layers were packed anew when the image was made. */
function liesBelow({ contents, layersLost }: Evidence, base: ImageContents): boolean {
  return fitBase(contents, base, layersLost) !== null || fitBase(contents, base, true) !== null;
}

/** Another version of the base shares its lowest layers, if any. */
function* measureByTag({ reference }: BaseClaim, { contents }: Evidence, here: Surroundings): Conversation<ImageContents | null> {
  if (reference?.tag == null) return null;
  const now = yield* readOffered(reference, here);
  const shared = now === null ? [] : now.contents.diffIds.slice(0, countCommonLayers(now.contents.diffIds, contents.diffIds));
  if (now === null || shared.every((diffId) => diffId === EMPTY_LAYER)) return null;
  return { ...now.contents, diffIds: shared, history: null };
}

/** The contents of what a claim recorded, without a request where they are known. */
export function* findContents(claim: BaseClaim, here: Surroundings): Conversation<Outcome<ImageContents>> {
  const { reference, digests, imageId } = claim;
  const known = here.known.find((base) => isKnownAs(base, digests) || (imageId !== null && base.configDigest === imageId));
  if (known !== undefined) return { ok: true, value: known.contents };
  const [digest] = digests;
  if (reference === null || digest === undefined) {
    return { ok: false, reason: reason('not-found-or-private', 'its digest was not recorded') };
  }
  const remembered = recallVersion(here, reference, (version) => isKnownAs(version, [digest]));
  if (remembered !== null) return { ok: true, value: remembered.contents };
  const refusal = here.refusal(reference);
  if (refusal !== null) return { ok: false, reason: refusal };
  const version = yield* askVersion(reference, digest);
  if (!version.ok) return version;
  if (version.value === null) return { ok: false, reason: reason('unsupported', `${nameOfBase(reference)} had nothing for this platform`) };
  return { ok: true, value: version.value.contents };
}

function discount({ claim, failure }: Measured): Discounted {
  const why =
    failure === null
      ? 'its layers are not at the bottom of the image, or fewer are than of another'
      : `what it names could not be read: ${failure.message}`;
  return { claim, why };
}

function openAbout(materials: readonly BaseClaim[], because: Reason): Reason {
  const message = `its build used ${namesOf(materials)}, and whether it stands on that could not be learned: ${because.message}`;
  return { ...because, message };
}

function namesOf(claims: readonly BaseClaim[]): string {
  const names = claims.map(({ reference }) => (reference === null ? 'an image without a name' : nameOfBase(reference)));
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
