import type { Digest } from '../digest.ts';
import { isProvenPrefix } from '../image-contents.ts';
import { type Reason, reason } from '../reason.ts';
import { type Reference, renderRepository } from '../reference.ts';
import type { BaseFacts, BaseVerdict } from '../verdict.ts';
import { classify } from './classify.ts';
import { compare } from './compare.ts';
import type { Comparison } from './comparison.ts';
import { askContents, askEntry, askLocal, askTag, type Conversation } from './conversation.ts';
import type { Evidence } from './gather.ts';
import type { KnownBase } from './known-base.ts';
import { factsOf, leastSure, nameOfBase, openQuestion, type Suspect } from './suspect.ts';
import { findPassage } from './timeline.ts';
import { type BaseVersion, isKnownAs, isSameVersion, type VersionContents } from './version.ts';

/** What is known around an image, none of which takes a request. */
export type Surroundings = {
  /** `linux/arm/v7` */
  readonly platform: string;
  /** Versions of bases, of this machine and remembered ones, that may have to do with the image. */
  readonly known: readonly KnownBase[];
  /** What a tag named over time for the platform, oldest first. */
  readonly seen: (reference: Reference) => readonly BaseVersion[];
  /** Why the registry of a reference may not be asked; null: it may. */
  readonly refusal: (reference: Reference) => Reason | null;
};

/** At most so many recorded digests are looked up: builders write one. */
const MAX_RECORDED = 2;

/** Sources strong enough to say that a base which shares no layer with the image was its base all the same. */
const STRONG: ReadonlySet<string> = new Set(['flag', 'config', 'dockerfile', 'provenance', 'buildpacks', 'annotation']);

/**
 * Decides whether one base that an image may have been built on has moved.
 *
 * In order, the cheapest proof first: the tag names a recorded digest; its entry for the platform is one; a recorded digest that lies at the bottom of the image
 * is compared with what the tag names now, else the old version that is known by its contents (`classify`), else the image itself (`compare`).
 */
export function* checkSuspect(suspect: Suspect, evidence: Evidence, here: Surroundings): Conversation<BaseVerdict> {
  const { reference } = suspect;
  const name = nameOfBase(reference);
  if (reference.tag === null) {
    return { kind: 'pinned', ...factsOf(suspect, { confidence: 'high', why: `${name} is named by digest alone, which no tag can move` }) };
  }
  const check = { suspect, evidence, here, name };
  const local = yield* askLocal(reference);
  if (local.kind === 'here') return checkLocal(check, local.image);
  if (local.kind === 'absent' && suspect.old?.isLocal === true) {
    return openQuestion(suspect, reason('no-evidence', `its base ${name} was only on this machine, and is not any more`));
  }
  const refusal = here.refusal(reference);
  if (refusal !== null) return openQuestion(suspect, refusal);

  const offer = yield* askTag(reference);
  switch (offer.kind) {
    case 'unknown':
      return openQuestion(suspect, offer.reason);
    case 'gone':
      return gone(suspect, `${renderRepository(reference)} no longer has the tag ${reference.tag}`, null);
    case 'found':
      return yield* checkOffered(check, offer.digest);
  }
}

type Check = { readonly suspect: Suspect; readonly evidence: Evidence; readonly here: Surroundings; readonly name: string };

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
        notes: isTop ? [] : [`where ${name} moved, it moved for other platforms only`],
      });
    }
    case 'none':
      return gone(suspect, `${name} no longer offers ${here.platform}`, top);
    case 'failed': {
      const why = `whether ${name} moved for ${here.platform} could not be learned: ${offered.reason.message}`;
      return openQuestion(suspect, offered.reason, { candidate: top, why });
    }
    case 'version':
      return yield* compareVersions(check, top, offered.version);
  }
}

/** What a tag offers the platform now. `recorded`: by its digest it is what the image is said to be built on, so nothing more has to be known. */
type Offered =
  | { readonly kind: 'recorded'; readonly digest: Digest }
  | { readonly kind: 'version'; readonly version: VersionContents }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: Reason };

function* findOffered({ suspect, here }: Check, top: Digest): Conversation<Offered> {
  const { reference, digests } = suspect;
  if (digests.includes(top)) return { kind: 'recorded', digest: top };
  const remembered = [...here.seen(reference), ...here.known].findLast((version) => version.topDigest === top);
  if (remembered !== undefined) {
    const { manifestDigest } = remembered;
    if (manifestDigest !== null && digests.includes(manifestDigest)) return { kind: 'recorded', digest: manifestDigest };
    return { kind: 'version', version: remembered };
  }
  const entry = yield* askEntry(reference, top);
  if (!entry.ok) return { kind: 'failed', reason: entry.reason };
  if (entry.value === null) return { kind: 'none' };
  const { manifest } = entry.value;
  if (digests.includes(manifest)) return { kind: 'recorded', digest: manifest };
  const contents = yield* askContents(reference, { top, manifest });
  return contents.ok ? { kind: 'version', version: contents.value } : { kind: 'failed', reason: contents.reason };
}

function* compareVersions(check: Check, top: Digest, now: VersionContents): Conversation<BaseVerdict> {
  const { suspect, here, name } = check;
  const recorded = yield* findRecorded(check);
  const old = recorded.version ?? suspect.old;
  // What is now may be no more than the lower part of what was: only a recorded digest tells that apart.
  const isProven = recorded.version !== null || (old !== null && !isSameVersion(old, now));
  const comparison = old !== null && isProven ? classify(old, now, name) : compareWithImage(check, now);
  const facts = {
    candidate: top,
    notes: [...recorded.notes, ...comparison.notes],
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

type Recorded = { readonly version: VersionContents | null; readonly digest: Digest | null; readonly notes: readonly string[] };

/** A recorded digest is a claim until what it names is found at the bottom of the image; of merged layers nothing can be found there. */
function* findRecorded({ suspect, evidence, here }: Check): Conversation<Recorded> {
  const notes: string[] = [];
  for (const digest of suspect.digests.slice(0, MAX_RECORDED)) {
    const remembered = [...here.seen(suspect.reference), ...here.known].find((version) => isKnownAs(version, [digest]));
    const found = remembered === undefined ? yield* fetchVersion(suspect.reference, digest) : { ok: true as const, value: remembered };
    if (!found.ok) notes.push(`the recorded digest ${digest} could not be used: ${found.reason.message}`);
    else if (evidence.layersLost || isProvenPrefix(found.value.contents.diffIds, evidence.contents.diffIds)) {
      return { version: found.value, digest, notes };
    } else notes.push(`the recorded digest ${digest} names an image whose layers are not those at the bottom of this one`);
  }
  return { version: null, digest: null, notes };
}

function* fetchVersion(reference: Reference, digest: Digest) {
  const entry = yield* askEntry(reference, digest);
  if (!entry.ok) return entry;
  if (entry.value === null) return { ok: false as const, reason: reason('bad-response', 'it names nothing for this platform') };
  return yield* askContents(reference, { top: digest, manifest: entry.value.manifest });
}

function compareWithImage({ suspect, evidence, name }: Check, now: VersionContents): Comparison {
  const { contents, layersLost, boundaries } = evidence;
  const claim = suspect.sources.some((source) => STRONG.has(source)) ? 'strong' : 'weak';
  return compare({ contents, layersLost, boundaries, claim }, now.contents, name);
}

/** A base that only this machine has: what its name names here is what is published. */
function checkLocal(check: Check, local: KnownBase): BaseVerdict {
  const { suspect, name } = check;
  const { old } = suspect;
  const notes = [`${name} is only on this machine`];
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
  const confidence = facts.confidence === 'certain' ? facts.confidence : leastSure(facts.confidence, suspect.limit.other);
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
