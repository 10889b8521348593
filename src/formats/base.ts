import type { ImageReport } from '../check/report.ts';
import type { Reason } from '../core/reason.ts';
import { type Reference, renderFamiliar, renderReference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { BaseMovement, BaseVerdict, Confidence } from '../core/verdict.ts';
import type { Brush, Paint } from './paint.ts';

/** What all formats say of the base of one image, in the same words. Every text from outside is sanitised here. */

/** Longer than any reference that parses: 255 characters of repository, 128 of tag, a host and a digest. */
const LONGEST_REFERENCE = 800;

/** Whether there is anything to tell: that nothing names a base is the usual case, and takes no room where there is little. */
export function hasBase(image: ImageReport): boolean {
  const verdict = image.base.verdict;
  return verdict.kind !== 'unknown' || verdict.reason.kind !== 'no-evidence' || verdict.reference !== null;
}

/** The base as people write it: `node:20-slim`, `scratch` for none; empty where it has no name. */
export function baseNameOf(image: ImageReport): string {
  return renderBase(image.base.verdict, renderFamiliar);
}

/** The same without a digest, which is for machines: `node` for one that is named by digest alone. */
export function shortBaseNameOf(image: ImageReport): string {
  return renderBase(image.base.verdict, (reference) => renderFamiliar({ ...reference, digest: null }));
}

/** `docker.io/library/node:20-slim`; empty as above. */
export function canonicalBaseOf(image: ImageReport): string {
  return renderBase(image.base.verdict, renderReference);
}

function renderBase(verdict: BaseVerdict, render: (reference: Reference) => string): string {
  if (verdict.kind === 'none') return 'scratch';
  return verdict.reference === null ? '' : sanitizeText(render(verdict.reference), LONGEST_REFERENCE);
}

/** The answer in one word, `?` after it where it is of low confidence: `moved`, `moved?`; empty where there is nothing to tell. */
export function baseAnswerOf(image: ImageReport): string {
  if (!hasBase(image)) return '';
  return `${image.base.verdict.kind}${isUnsure(image) ? '?' : ''}`;
}

/** Whether the answer is of low confidence. An open question has none. */
export function isUnsure(image: ImageReport): boolean {
  return baseConfidenceOf(image) === 'low';
}

/** How sure the answer is; null where there is no answer. */
export function baseConfidenceOf(image: ImageReport): Confidence | null {
  const verdict = image.base.verdict;
  return verdict.kind === 'unknown' ? null : verdict.confidence;
}

/** How the base moved; null unless it did. */
export function baseMovementOf(image: ImageReport): BaseMovement | null {
  const verdict = image.base.verdict;
  return verdict.kind === 'moved' ? verdict.movement : null;
}

/** Why the base's question has no answer; null when it has one. */
export function baseReasonOf(image: ImageReport): Reason | null {
  const verdict = image.base.verdict;
  return verdict.kind === 'unknown' ? verdict.reason : null;
}

/** The same for a question that could have an answer: that nothing names a base leaves none open. */
export function openBaseReasonOf(image: ImageReport): Reason | null {
  const reason = baseReasonOf(image);
  return reason?.kind === 'no-evidence' ? null : reason;
}

/** The same for a question that something kept from being answered: a registry, a quota, a policy. What an image does not tell of itself is no failure. */
export function failedBaseReasonOf(image: ImageReport): Reason | null {
  const reason = openBaseReasonOf(image);
  return reason?.kind === 'squashed' || reason?.kind === 'ambiguous-tag' ? null : reason;
}

/** The colour of an answer: readable without it, quicker with it. */
export function baseBrush(image: ImageReport, paint: Paint): Brush {
  switch (image.base.verdict.kind) {
    case 'current':
      return paint.green;
    case 'moved':
      return paint.cyan;
    case 'gone':
      return paint.red;
    case 'unknown':
      return paint.magenta;
    case 'none':
    case 'pinned':
      return paint.dim;
  }
}
