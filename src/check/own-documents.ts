import { findAnnotations } from '../core/base/annotations.ts';
import type { Findings, RejectedClaim } from '../core/base/claim.ts';
import { attestationsOf, findProvenance, MAX_STATEMENT_BYTES, provenanceLayers } from '../core/base/provenance.ts';
import type { Digest } from '../core/digest.ts';
import type { Index } from '../core/documents.ts';
import type { Known } from '../core/known.ts';
import type { Platform } from '../core/platform.ts';
import { type Reason, reason, type ReasonKind } from '../core/reason.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import type { Answers } from './answers.ts';
import type { Consultation } from './consult.ts';
import { findEntry } from './entry.ts';

/** Where an image lies in a registry: what a tag named when it was pulled, or its manifest. */
export type OwnPlace = { readonly repository: Repository; readonly digest: Digest };

/** `answers`: through which it is read; those that ask no one where what is remembered has to do. */
export type ReadablePlace = OwnPlace & { readonly answers: Answers };

/**
 * Reads what an image's own registry records of its making: BuildKit's provenance and the annotations.
 *
 * The index, its attestation and, only where these say nothing of a base, the manifest: at most three counted documents, once in the image's life.
 */
export async function readOwnDocuments(place: OwnPlace, platform: Platform, consulted: Consultation): Promise<Findings> {
  const top = await consulted.manifest(place.repository, { digest: place.digest, size: null });
  if (top.state !== 'known') return unreadable(place, top);
  if (top.value.kind === 'manifest') return findAnnotations({ manifest: top.value.annotations, descriptor: null, index: null });

  const entry = await findEntry(place, platform, consulted);
  if (!entry.ok) return unreadable(place, { state: 'failed', reason: entry.reason });
  if (entry.value === null)
    return unreadable(place, { state: 'failed', reason: reason('unsupported', 'it has nothing for this platform') });
  const provenance = await readProvenance({ place, index: top.value, image: entry.value.digest }, consulted);
  const onIndex = findAnnotations({ manifest: null, descriptor: entry.value.annotations, index: top.value.annotations });
  if (provenance.claims.length > 0 || onIndex.claims.length > 0) return join([provenance, onIndex]);
  const manifest = await consulted.manifest(place.repository, entry.value);
  if (manifest.state !== 'known') return join([provenance, unreadable(place, manifest)]);
  if (manifest.value.kind !== 'manifest') return provenance;
  return join([provenance, findAnnotations({ manifest: manifest.value.annotations, descriptor: null, index: null })]);
}

type Attested = { readonly place: OwnPlace; readonly index: Index; readonly image: Digest };

async function readProvenance({ place, index, image }: Attested, consulted: Consultation): Promise<Findings> {
  const found: Findings[] = [];
  for (const attestation of attestationsOf(index, image)) {
    const manifest = await consulted.manifest(place.repository, attestation);
    if (manifest.state === 'failed') found.push(rejected(manifest.reason.message, manifest.reason));
    if (manifest.state !== 'known' || manifest.value.kind !== 'manifest') continue;
    for (const layer of provenanceLayers(manifest.value, image)) {
      if (layer.size > MAX_STATEMENT_BYTES) {
        found.push(rejected(`it has ${layer.size} bytes, and at most ${MAX_STATEMENT_BYTES} are read`));
        continue;
      }
      const statement = await consulted.statement(place.repository, layer);
      if (statement.state === 'known') found.push(findProvenance(statement.value, image));
      else if (statement.state === 'failed') found.push(rejected(statement.reason.message, statement.reason));
    }
  }
  return join(found);
}

function rejected(why: string, because: Reason | null = null): Findings {
  return { claims: [], rejected: [{ source: 'provenance', where: 'BuildKit provenance', why, ...asUnread(because) }] };
}

/** What may be read another time; a document that is not there, or not as expected, never will be. */
const PASSING: ReadonlySet<ReasonKind> = new Set(['budget', 'rate-limited', 'unreachable', 'timeout', 'tls', 'unauthorized']);

function asUnread(because: Reason | null): Pick<RejectedClaim, 'unread'> {
  return because !== null && PASSING.has(because.kind) ? { unread: because } : {};
}

function join(findings: readonly Findings[]): Findings {
  return { claims: findings.flatMap(({ claims }) => claims), rejected: findings.flatMap(({ rejected }) => rejected) };
}

function unreadable({ repository, digest }: OwnPlace, known: Exclude<Known<unknown>, { readonly state: 'known' }>): Findings {
  const because = known.state === 'failed' ? known.reason : null;
  const why = `they could not be read: ${because?.message ?? 'nothing came'}`;
  const where = `annotations of ${renderRepository(repository)}@${digest}`;
  return { claims: [], rejected: [{ source: 'annotation', where, why, ...asUnread(because) }] };
}
