import type { Digest } from '../digest.ts';
import type { Reason } from '../reason.ts';
import { type Reference, renderFamiliar } from '../reference.ts';
import type { BaseFacts, BaseVerdict, Confidence } from '../verdict.ts';
import { EVIDENCE_SOURCES, type EvidenceSource } from './claim.ts';
import type { KnownBase } from './known-base.ts';

/** A base that an image may have been built on, with all that speaks for it. */
export type Suspect = {
  readonly reference: Reference;
  readonly sources: readonly EvidenceSource[];
  /** Recorded by what names it; of an index or a manifest. */
  readonly digests: readonly Digest[];
  /** The version of it that the image was built on, proven by its contents; null where none is known. */
  readonly old: KnownBase | null;
  /** At most so sure can an answer be, because of how the base was found: of one that says it moved, and of any other. */
  readonly limit: { readonly moved: Confidence; readonly other: Confidence };
  readonly notes: readonly string[];
};

/** `node:20-slim`: how people call a base, without the digest it may be pinned to. */
export function nameOfBase(reference: Reference): string {
  return renderFamiliar(reference.tag === null ? reference : { ...reference, digest: null });
}

/** What is told with every verdict on a suspect. */
export function factsOf(suspect: Suspect, parts: Pick<BaseFacts, 'confidence' | 'why'> & Partial<BaseFacts>): BaseFacts {
  return {
    reference: suspect.reference,
    recorded: suspect.digests[0] ?? suspect.old?.topDigest ?? suspect.old?.manifestDigest ?? null,
    candidate: null,
    evidence: suspect.sources,
    versionsBehind: null,
    ...parts,
    notes: [...suspect.notes, ...(parts.notes ?? [])],
  };
}

/** The verdict that a question about a suspect has no answer. */
export function openQuestion(suspect: Suspect, reason: Reason, parts: Partial<BaseFacts> = {}): BaseVerdict {
  return { kind: 'unknown', reason, ...factsOf(suspect, { confidence: 'low', why: reason.message, ...parts }) };
}

const LADDER: readonly Confidence[] = ['certain', 'high', 'medium', 'low'];

/** The less sure of two. */
export function leastSure(a: Confidence, b: Confidence): Confidence {
  return LADDER.indexOf(a) > LADDER.indexOf(b) ? a : b;
}

/** Each source once, strongest first. */
export function sortSources(sources: readonly EvidenceSource[]): readonly EvidenceSource[] {
  return EVIDENCE_SOURCES.filter((source) => sources.includes(source));
}
