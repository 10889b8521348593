import { reason } from '../reason.ts';
import type { Reference, Repository } from '../reference.ts';
import { type BaseVerdict, untoldBase } from '../verdict.ts';
import { checkSuspect } from './check-suspect.ts';
import { chooseBase, chooseProven, type Choice, nameRecorded, type NamesHere } from './choose-base.ts';
import type { Discounted } from './choose-material.ts';
import { findCandidate, type FittingCandidate } from './candidates.ts';
import { type BaseClaim, type Findings, makeClaim, NOTHING_FOUND, type RejectedClaim } from './claim.ts';
import { askOwnDocuments, type Conversation } from './conversation.ts';
import { type Evidence, gatherEvidence, type ImageTraces } from './gather.ts';
import type { KnownBase } from './known-base.ts';
import { nothingKnown } from './nothing-known.ts';
import { nameOfBase } from './suspect.ts';
import type { Surroundings } from './surroundings.ts';

/** One image, and all about its base that is known without asking. */
export type BaseQuestion = Surroundings &
  NamesHere & {
    readonly image: ImageTraces;
    /** What the user said, on the command line, in the configuration or when the image was built. */
    readonly told: Findings;
    /** The registry it is from can be asked what it records of the image. */
    readonly hasRegistry: boolean;
    /** Repositories of the image itself, whose other tags are its other versions. */
    readonly own: readonly Repository[];
    /** References that may be its base where nothing else names one. */
    readonly candidates: readonly Reference[];
  };

/** The verdict, and all that spoke for and against. */
export type BaseDecision = {
  readonly verdict: BaseVerdict;
  readonly found: readonly BaseClaim[];
  readonly rejected: readonly RejectedClaim[];
};

/**
 * Decides on which base an image was built, and whether that base has moved since.
 *
 * What the image's own registry records is asked for first; then a base is chosen, then checked. Contents that have
 * several names have moved only when all of them have.
 */
export function* decideBase(question: BaseQuestion): Conversation<BaseDecision> {
  if (question.image.contents.diffIds.length === 0) {
    return { verdict: { kind: 'none', ...untoldBase('it has no layers'), confidence: 'certain' }, found: [], rejected: [] };
  }
  const own = question.hasRegistry ? yield* askOwnDocuments() : NOTHING_FOUND;
  const gathered = gatherEvidence(question.image, [question.told, own], question);
  const evidence = { ...gathered, claims: gathered.claims.map((claim) => nameRecorded(claim, question.known)) };
  const { choice, discounted } = yield* chooseBase(evidence, question);
  const decided = (verdict: BaseVerdict): BaseDecision => ({
    verdict,
    found: evidence.claims.filter((claim) => !discounted.some((each) => each.claim === claim)),
    rejected: [...evidence.rejected, ...discounted.map(reject)],
  });
  switch (choice.kind) {
    case 'scratch':
      return decided(scratch(choice.claim));
    case 'open':
      return decided({ kind: 'unknown', reason: choice.reason, ...untoldBase(choice.reason.message) });
    case 'unnamed':
      return decided(unnamed(choice.base));
    case 'nothing': {
      const candidate = yield* findCandidate(question.candidates, evidence, question);
      if (candidate === null) return decided(nothing(evidence));
      const claims = [...evidence.claims, makeClaim('candidate', 'bases of the configuration', { reference: candidate.reference })];
      const known = asKnown(candidate);
      const fitting = [{ base: known, fit: candidate.fit }];
      const found = chooseProven({ evidence: { ...evidence, claims }, fitting, beyond: [], doubts: [] }, question);
      if (found.kind !== 'suspects') return decided(nothing(evidence));
      return { ...decided(yield* checkAll(found, evidence, question)), found: claims };
    }
    case 'suspects':
      return decided(yield* checkAll(choice, evidence, question));
  }
}

/** Of several materials of one build each is told by its name. */
function reject({ claim: { source, reference, where }, why }: Discounted): RejectedClaim {
  const of = source === 'provenance' && reference !== null ? `${nameOfBase(reference)} in ` : '';
  return { source, where: `${of}${where}`, why };
}

function asKnown({ reference, version }: FittingCandidate): KnownBase {
  const { registry, repository } = reference;
  return { ...version, source: 'candidate', references: [reference], repositories: [{ registry, repository }], isLocal: false };
}

type Suspects = Omit<Extract<Choice, { readonly kind: 'suspects' }>, 'kind'>;

/** A base that only this machine has stands on another one: where it has not moved itself, that one is looked at. */
function* checkAll({ suspects, unasked, beyond }: Suspects, evidence: Evidence, question: BaseQuestion): Conversation<BaseVerdict> {
  const verdicts: BaseVerdict[] = [];
  for (const suspect of suspects) verdicts.push(yield* checkSuspect({ suspect, evidence, here: question }));
  const verdict = join(verdicts, unasked);
  if (verdict.kind !== 'current' || beyond.length === 0) return verdict;
  const choice = chooseProven({ evidence, fitting: beyond, beyond: [], doubts: [] }, question);
  if (choice.kind !== 'suspects') return verdict;
  const below = yield* checkAll({ ...choice, beyond: [] }, evidence, question);
  if (below.kind === 'unknown') return verdict;
  const through =
    verdict.reference === null ? [] : [`it was built through ${nameOfBase(verdict.reference)}, which is only on this machine`];
  return { ...below, notes: [...below.notes, ...through] };
}

/** One answer for several names of the same contents: only where they agree is it an answer, and none has moved while one was not asked about. */
function join(verdicts: readonly BaseVerdict[], unasked: number): BaseVerdict {
  const there = verdicts.filter(({ kind }) => kind !== 'gone');
  const [first, ...others] = there.length > 0 ? there : verdicts;
  if (first === undefined) throw new Error('no base was checked');
  const open = [first, ...others].find(({ kind }) => kind === 'unknown');
  if (others.length === 0 && unasked === 0) return first;
  if (open !== undefined) return open;
  const names = [first, ...others].map(describe).join(', ');
  const same = others.every(({ kind }) => kind === first.kind);
  if (same && (unasked === 0 || first.kind === 'current'))
    return { ...first, notes: [...first.notes, `its base has several names: ${names}`] };
  const message = same
    ? `its base has ${verdicts.length + unasked} names, more than are asked about: ${names}`
    : `its base has several names, and not all of them moved: ${names}`;
  return { ...untoldBase(message), kind: 'unknown', reason: reason('ambiguous-tag', message), evidence: first.evidence };
}

function describe({ reference, kind }: BaseVerdict): string {
  return `${reference === null ? 'a base' : nameOfBase(reference)} ${kind}`;
}

/** What an image says of itself, or what follows from all that its build used. */
function scratch({ source }: BaseClaim): BaseVerdict {
  const isSaid = source !== 'provenance';
  const why = isSaid
    ? `it was built from scratch, says its ${source}`
    : 'it was built from scratch: no image that its build used lies below it';
  return { kind: 'none', ...untoldBase(why), confidence: isSaid ? 'high' : 'medium', evidence: [source] };
}

function unnamed(base: KnownBase): BaseVerdict {
  const [repository] = base.repositories;
  const digest = base.topDigest ?? base.manifestDigest;
  const what = repository === undefined || digest === null ? 'an image without a name' : nameOfBase({ ...repository, tag: null, digest });
  const message = `it was built on ${what}, and no tag of that is known: name it with --base`;
  return { kind: 'unknown', reason: reason('no-evidence', message), ...untoldBase(message), recorded: digest, evidence: [base.source] };
}

/** What could not be read may have named one. */
function nothing({ layersLost, rejected }: Evidence): BaseVerdict {
  const unread = rejected.find((claim) => claim.unread !== undefined)?.unread;
  if (unread !== undefined)
    return { kind: 'unknown', reason: unread, ...untoldBase(`what may name its base could not be read: ${unread.message}`) };
  const because = nothingKnown(layersLost);
  return { kind: 'unknown', reason: because, ...untoldBase(because.message) };
}
