import type { Digest } from '../digest.ts';
import { isSameRepository, type Reference } from '../reference.ts';
import type { BaseVerdict } from '../verdict.ts';
import { findAnnotations } from './annotations.ts';
import type { Surroundings } from './surroundings.ts';
import { askEntry, askLocal, askTag, type Conversation } from './conversation.ts';
import { nameOfBase } from './suspect.ts';

/**
 * Says whether the base of the base moved while the base did not follow yet; null when it did not, or that cannot be told.
 *
 * It is no fault of the image: only whoever publishes the base can mend it. Docker Official Images name their base in the index.
 * Source: docker-library/meta-scripts, meta.jq, `org.opencontainers.image.base.*` on manifest descriptors.
 */
export function* noteBaseOfBase(verdict: BaseVerdict, here: Surroundings): Conversation<string | null> {
  const { reference, candidate } = verdict;
  if (reference === null || candidate === null || (verdict.kind !== 'current' && verdict.kind !== 'moved')) return null;
  if ((yield* askLocal(reference)).kind === 'here') return null;
  const entry = yield* askEntry(reference, candidate);
  if (!entry.ok || entry.value === null) return null;
  const [claim] = findAnnotations({ manifest: null, descriptor: entry.value.annotations, index: null }).claims;
  const [recorded] = claim?.digests ?? [];
  if (claim?.reference?.tag == null || recorded === undefined || isSameRepository(claim.reference, reference)) return null;
  if (here.refusal(claim.reference) !== null) return null;
  if (!(yield* hasMoved(claim.reference, recorded))) return null;
  return `its own base ${nameOfBase(claim.reference)} moved, and ${nameOfBase(reference)} does not stand on that yet`;
}

function* hasMoved(reference: Reference, recorded: Digest): Conversation<boolean> {
  const offer = yield* askTag(reference);
  if (offer.kind !== 'found' || offer.digest === recorded) return false;
  const entry = yield* askEntry(reference, offer.digest);
  return entry.ok && entry.value !== null && entry.value.manifest !== recorded;
}
