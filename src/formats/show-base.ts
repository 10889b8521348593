import type { ImageReport } from '../check/report.ts';
import type { BaseClaim, Boundary, EvidenceSource, RejectedClaim } from '../core/base/claim.ts';
import { shortDigest } from '../core/digest.ts';
import { renderReference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { BaseVerdict } from '../core/verdict.ts';
import { showAgain } from './again.ts';
import { baseConfidenceOf, baseMovementOf, baseReasonOf, canonicalBaseOf, failedBaseReasonOf, hasBase } from './base.ts';
import { isTarget, plural } from './facts.ts';
import { describeDifference } from './layer-step.ts';
import { type Field, shortenDigests, showChecked, showDigest, type ShowOptions, showStep, showText } from './show-field.ts';

/** An image may claim a thousand bases: so many lines of a field are shown, the more where nothing is to be cut. */
const MOST_LINES = { cut: 20, whole: 500 } as const;
const LONGEST_LINE = 400;

/** What is known of the base of an image, and what that rests on. A field without a value is left out. */
export const BASE_FIELDS: readonly Field[] = [
  { name: 'Base', values: describeBase },
  { name: 'Base-Status', values: (image) => (hasBase(image) ? [describeAnswer(image)] : []) },
  { name: 'Base-Why', values: (image) => (hasBase(image) ? [sanitizeText(image.base.verdict.why, LONGEST_LINE)] : []) },
  { name: 'Base-Reason', values: describeReason },
  { name: 'Base-Retry-At', values: (image) => showText(baseReasonOf(image)?.retryAt ?? null) },
  { name: 'Base-Recorded', values: (image, options) => showDigest(image.base.verdict.recorded, options) },
  { name: 'Base-Candidate', values: (image, options) => showDigest(image.base.verdict.candidate, options) },
  { name: 'Versions-Behind', values: (image) => showCount(image.base.verdict.versionsBehind) },
  { name: 'First-Difference', values: (image, { noTrunc }) => describeDifference(image.base.verdict, noTrunc) },
  { name: 'Base-Notes', values: ({ base }, options) => listLines(base.verdict.notes, options, (note) => sanitizeText(note, LONGEST_LINE)) },
  { name: 'Base-Evidence', values: (image, options) => listLines(listEvidence(image, options), options, (line) => line) },
  { name: 'Base-Rejected', values: ({ base }, options) => listLines(base.rejected, options, (claim) => describeRejected(claim, options)) },
  { name: 'Base-Checked', values: (image, { now }) => showChecked(image.base, now) },
];

/** How the answer was reached, in order. */
export const BASE_HOW: Field = {
  name: 'Base-How',
  values: ({ base }, options) => listLines(base.trail, options, (step) => showStep(step, options)),
};

function describeBase(image: ImageReport, options: ShowOptions): readonly string[] {
  const nameIt = `name it: ${showAgain(image, options, ['--base REF']) ?? 'imgupdate show --base REF IMAGE'}`;
  if (hasBase(image)) return [canonicalBaseOf(image) || (isSilent(image) ? `not named; ${nameIt}` : 'not named')];
  const why = sanitizeText(image.base.verdict.why, LONGEST_LINE);
  if (isTarget(image) && image.imageId === null) return [`unknown: ${why}`];
  return [`unknown: ${why}; ${nameIt}`];
}

/** Whether nothing but the image itself keeps the question open: then only the user can tell. */
function isSilent(image: ImageReport): boolean {
  return baseReasonOf(image) !== null && failedBaseReasonOf(image) === null;
}

/** `moved (upper-layers-removed), high confidence`; `current, certain`; `unknown (rate-limited)` */
function describeAnswer(image: ImageReport): string {
  const detail = baseMovementOf(image) ?? baseReasonOf(image)?.kind ?? null;
  const answer = `${image.base.verdict.kind}${detail === null ? '' : ` (${detail})`}`;
  const confidence = baseConfidenceOf(image);
  if (confidence === null) return answer;
  return `${answer}, ${confidence === 'certain' ? 'certain' : `${confidence} confidence`}`;
}

function describeReason(image: ImageReport): readonly string[] {
  const reason = baseReasonOf(image);
  if (reason === null || reason.message === image.base.verdict.why || !hasBase(image)) return [];
  return [sanitizeText(reason.message, LONGEST_LINE)];
}

function showCount(count: number | null): readonly string[] {
  return count === null ? [] : [String(count)];
}

/** What was said of its base, and what was seen of it where nobody said so. */
function listEvidence(image: ImageReport, options: ShowOptions): readonly string[] {
  const { found, verdict } = image.base;
  const name = nameVersion(image.base.verdict);
  const seen = verdict.evidence.flatMap((source) => {
    const words = SEEN.get(source);
    return words === undefined || found.some((claim) => claim.source === source) ? [] : [`${words} -> ${name || 'no name'} [${source}]`];
  });
  return [...found.map((claim) => describeClaim(claim, options)), ...seen.map((line) => shortenDigests(line, options))];
}

/** What was seen is a version, whatever the tag names: `docker.io/library/node@sha256:3f2a9c0b7d1e`; by its name where it has no digest. */
function nameVersion({ reference, recorded }: BaseVerdict): string {
  if (reference === null) return '';
  return sanitizeText(renderReference(recorded === null ? reference : { ...reference, tag: null, digest: recorded }), LONGEST_LINE);
}

/** Evidence that is no statement of anybody. */
const SEEN: ReadonlyMap<EvidenceSource, string> = new Map([
  ['parent-chain', 'its builder made it of an image that is here'],
  ['local-image', 'the layers of an image that is here are its lowest'],
  ['seen-before', 'the layers of a version that was seen before are its lowest'],
]);

/** `annotation org.opencontainers.image.base.name of the manifest -> docker.io/library/node:20-slim, sha256:3f2a9c0b7d1e [annotation]` */
function describeClaim(claim: BaseClaim, options: ShowOptions): string {
  const { reference, digests, imageId, boundary } = claim;
  const facts = [
    claim.says === 'scratch' ? ['scratch'] : [],
    reference === null ? [] : [sanitizeText(renderReference(reference), LONGEST_LINE)],
    digests.filter((each) => each !== reference?.digest).slice(0, 3),
    imageId === null ? [] : [`image ${options.noTrunc ? imageId : shortDigest(imageId)}`],
    boundary === null ? [] : describeBoundary(boundary),
  ].flat();
  const says = facts.length === 0 ? 'a base, not which' : facts.join(', ');
  return shortenDigests(`${sanitizeText(claim.where, LONGEST_LINE)} -> ${says} [${claim.source}]`, options);
}

/** `its first 5 steps and 2 layers (exact)` */
function describeBoundary({ history, layers, strength }: Boundary): readonly string[] {
  const parts = [history === null ? [] : [plural(history, 'step')], layers === null ? [] : [plural(layers, 'layer')]].flat();
  return parts.length === 0 ? [] : [`its first ${parts.join(' and ')} (${strength})`];
}

/** `label org.opencontainers.image.base.name: its LABEL step belongs to the base [label]` */
function describeRejected({ source, where, why }: RejectedClaim, options: ShowOptions): string {
  return shortenDigests(`${sanitizeText(where, LONGEST_LINE)}: ${sanitizeText(why, LONGEST_LINE)} [${source}]`, options);
}

function listLines<T>(items: readonly T[], { noTrunc }: ShowOptions, render: (item: T) => string): readonly string[] {
  const most = noTrunc ? MOST_LINES.whole : MOST_LINES.cut;
  const lines = items.slice(0, most).map(render);
  return items.length > most ? [...lines, `and ${items.length - most} more`] : lines;
}
