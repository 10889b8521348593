import type { Digest } from '../digest.ts';
import { type Reason, reason } from '../reason.ts';
import { isSameRepository, renderRepository } from '../reference.ts';
import type { Offer } from '../tag-check.ts';
import type { BaseFacts, BaseVerdict } from '../verdict.ts';
import type { Boundary } from './claim.ts';
import { classify } from './classify.ts';
import { compare } from './compare.ts';
import type { Comparison } from './comparison.ts';
import { askLocal, askTag, type Conversation } from './conversation.ts';
import type { Evidence } from './gather.ts';
import { type Case, findKnown, findOffered, findRecorded, type RecordedEntries } from './find-versions.ts';
import { fitBase, type KnownBase } from './known-base.ts';
import { factsOf, leastSure, nameOfBase, openQuestion, type Suspect } from './suspect.ts';
import { findPassage } from './timeline.ts';
import { isKnownAs, isSameVersion, type VersionContents } from './version.ts';

/** What a person says of an image that may have been built before it was said. */
const SAID: ReadonlySet<string> = new Set(['flag', 'config', 'dockerfile']);

/** Sources strong enough to say that a base which shares no layer with the image was its base all the same. */
const STRONG: ReadonlySet<string> = new Set(['flag', 'config', 'dockerfile', 'provenance', 'buildpacks', 'annotation']);

/**
 * Decides whether one base that an image may have been built on has moved.
 *
 * In order, the cheapest proof first: the tag names what is recorded; a recorded digest that lies at the bottom of the image is compared with what the tag names
 * now, else the old version that is known by its contents (`classify`), else the image itself (`compare`).
 */
export function* checkSuspect({ suspect, evidence, here }: Case): Conversation<BaseVerdict> {
  const { reference } = suspect;
  const name = nameOfBase(reference);
  if (reference.tag === null) return yield* checkPinned({ suspect, evidence, here }, name);
  const check = { suspect, evidence, here, name };
  const local = yield* askLocal(reference);
  if (local.kind === 'here' && !isAnother(check, local.image)) return checkLocal(check, local.image);
  if (local.kind === 'absent' && suspect.old?.isLocal === true) {
    return openQuestion(suspect, reason('no-evidence', `its base ${name} was only on this machine, and is not any more`));
  }
  const refusal = here.refusal(reference);
  if (refusal !== null) return openQuestion(suspect, refusal);

  const offer = yield* askTag(reference);
  if (local.kind === 'here' && isNowhere(offer)) return checkLocal(check, local.image);
  switch (offer.kind) {
    case 'unknown':
      return openQuestion(suspect, offer.reason);
    case 'gone':
      if (suspect.old?.isUnproven === true) {
        const message = `${renderRepository(reference)} has no tag ${reference.tag}, and this image store does not record whether the base ever came from there`;
        return openQuestion(suspect, reason('not-found-or-private', message));
      }
      return gone(
        suspect,
        `${renderRepository(reference)} ${isKnown(suspect) ? 'no longer has the' : 'has no'} tag ${reference.tag}`,
        null,
      );
    case 'found':
      return yield* checkOffered(check, offer.digest);
  }
}

/** Whether a version of it is told of: a mere name may never have been a base's. */
function isKnown({ old, digests }: Suspect): boolean {
  return old !== null || digests.length > 0;
}

/** No tag can move what is named by digest alone; but what a person names so may not be what the image was built on, so that is looked at. */
function* checkPinned({ suspect, evidence, here }: Case, name: string): Conversation<BaseVerdict> {
  const why = `${name} is named by digest alone, which no tag can move`;
  const confidence = leastSure('high', suspect.limit.other);
  const isSaid = suspect.sources.some((source) => SAID.has(source)) && !evidence.layersLost;
  if (!isSaid || here.refusal(suspect.reference) !== null) return { kind: 'pinned', ...factsOf(suspect, { confidence, why }) };
  const { version, notes } = yield* findRecorded({ suspect, evidence, here }, new Map());
  if (version !== null) return { kind: 'pinned', ...factsOf(suspect, { confidence, why }) };
  return { kind: 'pinned', ...factsOf(suspect, { confidence: 'low', recorded: null, why, notes }) };
}

type Check = Case & { readonly name: string };

/** An image that was built here may bear the name of a published one, on which this one was built elsewhere: so says a recorded digest. */
function isAnother({ suspect, evidence }: Check, local: KnownBase): boolean {
  if (suspect.digests.length === 0 || isKnownAs(local, suspect.digests) || suspect.old?.isLocal === true) return false;
  const fit = fitBase(evidence.contents, local.contents, evidence.layersLost);
  return fit === null || fit === 'differs';
}

/** Registries say of what they lack that it is forbidden, too. */
function isNowhere(offer: Offer): boolean {
  if (offer.kind !== 'unknown') return offer.kind === 'gone';
  return offer.reason.kind === 'unauthorized' || offer.reason.kind === 'not-found-or-private';
}

function* checkOffered(check: Check, top: Digest): Conversation<BaseVerdict> {
  const { suspect, here, name } = check;
  const offered = yield* findOffered(check, top);
  switch (offered.kind) {
    case 'recorded': {
      const isTop = offered.digest === top;
      return current(check, {
        candidate: top,
        recorded: offered.digest,
        confidence: 'certain',
        why: isTop ? `it was built on what ${name} names now` : `it was built on what ${name} has for ${here.platform} now`,
        notes: offered.isElsewhere ? [movedElsewhere(name)] : [],
      });
    }
    case 'none':
      return gone(suspect, `${name} no longer offers ${here.platform}`, top);
    case 'failed':
      return unlearned(check, top, offered.reason);
    case 'version':
      return yield* compareVersions(check, offered.version, offered.entries);
  }
}

function unlearned({ suspect, here, name }: Check, top: Digest, because: Reason): BaseVerdict {
  const why = `whether ${name} moved for ${here.platform} could not be learned: ${because.message}`;
  return openQuestion(suspect, because, { candidate: top, why });
}

const movedElsewhere = (name: string): string => `${name} moved for other platforms only`;

function* compareVersions(check: Check, now: VersionContents, entries: RecordedEntries): Conversation<BaseVerdict> {
  const { suspect, here, name } = check;
  const recorded = yield* findRecorded(check, entries);
  const old = recorded.version ?? (yield* findKnown(check, now));
  // What is now may be no more than the lower part of what was: only a recorded digest tells that apart.
  const isProven = recorded.version !== null || (old !== null && !isSameVersion(old, now));
  const comparison = old !== null && isProven ? classify(old, now, name) : compareWithImage(check, now);
  const isElsewhere = old !== null && !isProven && isOtherIndex(old, now) && !isKnownHere(check, now);
  const facts = {
    candidate: now.topDigest,
    notes: [...recorded.notes, ...(isElsewhere ? [movedElsewhere(name)] : []), ...comparison.notes],
    recorded: old === null ? (suspect.digests[0] ?? null) : (recorded.digest ?? old.topDigest ?? old.manifestDigest),
  };
  switch (comparison.kind) {
    case 'current':
      return current(check, { ...facts, confidence: comparison.confidence, why: comparison.why });
    case 'undecided':
      return openQuestion(suspect, reason(comparison.reason, comparison.why), facts);
    case 'moved': {
      const passage = old === null ? null : findPassage(here.seen(suspect.reference), old, now);
      return moved(check, comparison, { ...facts, versionsBehind: passage?.behind ?? null }, passage?.isRollback === true);
    }
  }
}

/** Of one image. */
function isOtherIndex(old: VersionContents, now: VersionContents): boolean {
  return old.topDigest !== old.manifestDigest && old.topDigest !== null && now.topDigest !== null && old.topDigest !== now.topDigest;
}

/** podman knows an image by its index and by its manifest alike. */
function isKnownHere({ here }: Check, { topDigest }: VersionContents): boolean {
  return here.known.some((base) => base.source !== 'seen-before' && base.topDigest === topDigest);
}

function compareWithImage({ suspect, evidence, name }: Check, now: VersionContents): Comparison {
  const { contents, layersLost } = evidence;
  const claim = suspect.sources.some((source) => STRONG.has(source)) ? 'strong' : 'weak';
  return compare({ contents, layersLost, boundaries: boundariesOf(suspect, evidence), claim }, now.contents, name);
}

/** Where another base ends says nothing of this one. */
function boundariesOf({ reference }: Suspect, { boundaries, claims }: Evidence): readonly Boundary[] {
  const others = claims.filter((claim) => claim.reference !== null && !isSameRepository(claim.reference, reference));
  return boundaries.filter((boundary) => !others.some((claim) => claim.boundary === boundary));
}

/** A base that only this machine has: what its name names here is what is published. */
function checkLocal(check: Check, local: KnownBase): BaseVerdict {
  const { suspect, evidence, name } = check;
  const { old } = suspect;
  const notes = [`${name} is only on this machine`];
  if (evidence.claims.some(({ imageId }) => imageId !== null && imageId === local.configDigest)) {
    return current(check, { confidence: 'certain', why: `it was built on what ${name} names here`, notes });
  }
  const comparison = old === null || isSameVersion(old, local) ? compareWithImage(check, local) : classify(old, local, name);
  switch (comparison.kind) {
    case 'current':
      return current(check, { confidence: comparison.confidence, why: comparison.why, notes: [...notes, ...comparison.notes] });
    case 'undecided':
      return openQuestion(suspect, reason(comparison.reason, comparison.why), { notes });
    case 'moved':
      return moved(check, comparison, { notes: [...notes, ...comparison.notes] }, false);
  }
}

function current({ suspect }: Check, facts: Pick<BaseFacts, 'confidence' | 'why'> & Partial<BaseFacts>): BaseVerdict {
  const confidence = leastSure(facts.confidence, suspect.limit.other);
  return { kind: 'current', ...factsOf(suspect, { versionsBehind: 0, ...facts, confidence }) };
}

function moved(
  { suspect, name }: Check,
  comparison: Extract<Comparison, { kind: 'moved' }>,
  facts: Partial<BaseFacts>,
  isRollback: boolean,
): BaseVerdict {
  return {
    kind: 'moved',
    movement: isRollback ? 'rolled-back' : comparison.movement,
    difference: comparison.difference,
    ...factsOf(suspect, {
      ...facts,
      confidence: leastSure(comparison.confidence, suspect.limit.moved),
      why: isRollback ? `${name} was taken back to an earlier version: ${comparison.why}` : comparison.why,
    }),
  };
}

function gone(suspect: Suspect, why: string, candidate: Digest | null): BaseVerdict {
  return { kind: 'gone', ...factsOf(suspect, { candidate, confidence: suspect.limit.moved, why }) };
}
