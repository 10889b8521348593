import type { TagObservation } from '../check/ports.ts';
import type { Digest } from '../core/digest.ts';
import type { Repository } from '../core/reference.ts';

/** What is to be written at once. */
export type Batch = {
  readonly tags: ReadonlyMap<string, PendingTag>;
  readonly documents: ReadonlyMap<Digest, Uint8Array>;
  readonly facts: ReadonlyMap<string, string>;
  /** Read today for the first time. */
  readonly usedDocuments: ReadonlySet<Digest>;
  readonly usedFacts: ReadonlySet<string>;
  /** Found not to be what their digest says. */
  readonly damagedDocuments: ReadonlySet<Digest>;
};

export type PendingTag = { readonly repository: Repository; readonly tag: string; readonly observation: TagObservation };

/** What this run learned and did not write yet; where nothing can be written, the memory of this run. */
export type Pending = {
  readonly batch: Batch;
  readonly tag: (repository: Repository, tag: string) => TagObservation | null;
  readonly addTag: (pending: PendingTag) => void;
  readonly addDocument: (digest: Digest, bytes: Uint8Array) => void;
  readonly addFacts: (facts: ReadonlyMap<string, string>) => void;
  readonly useDocument: (digest: Digest) => void;
  readonly useFact: (key: string) => void;
  readonly dropDocument: (digest: Digest) => void;
  /** How many things were learned, uses not counted. */
  readonly count: () => number;
  readonly documentBytes: () => number;
  readonly clear: () => void;
};

/** `maxDocumentBytes`: beyond it the documents that were added first are forgotten. */
export function createPending(maxDocumentBytes: number): Pending {
  const tags = new Map<string, PendingTag>();
  const documents = new Map<Digest, Uint8Array>();
  const facts = new Map<string, string>();
  const usedDocuments = new Set<Digest>();
  const usedFacts = new Set<string>();
  const damagedDocuments = new Set<Digest>();
  let documentBytes = 0;

  const forgetDocument = (digest: Digest): void => {
    documentBytes -= documents.get(digest)?.byteLength ?? 0;
    documents.delete(digest);
  };
  const addDocument = (digest: Digest, bytes: Uint8Array): void => {
    if (bytes.byteLength > maxDocumentBytes) return;
    forgetDocument(digest);
    documents.set(digest, bytes);
    documentBytes += bytes.byteLength;
    for (const oldest of documents.keys()) {
      if (documentBytes <= maxDocumentBytes) break;
      forgetDocument(oldest);
    }
  };
  return {
    batch: { tags, documents, facts, usedDocuments, usedFacts, damagedDocuments },
    tag: (repository, tag) => tags.get(tagKey(repository, tag))?.observation ?? null,
    addTag: (pending) => {
      const key = tagKey(pending.repository, pending.tag);
      const known = tags.get(key);
      if (known === undefined || known.observation.observedAt <= pending.observation.observedAt) tags.set(key, pending);
    },
    addDocument,
    addFacts: (added) => {
      for (const [key, json] of added) facts.set(key, json);
    },
    useDocument: (digest) => usedDocuments.add(digest),
    useFact: (key) => usedFacts.add(key),
    dropDocument: (digest) => damagedDocuments.add(digest),
    count: () => tags.size + documents.size + facts.size + damagedDocuments.size,
    documentBytes: () => documentBytes,
    clear: () => {
      for (const collection of [tags, documents, facts, usedDocuments, usedFacts, damagedDocuments]) collection.clear();
      documentBytes = 0;
    },
  };
}

/** `docker.io/library/nginx:1.27`; no registry has a slash, no repository a colon. */
function tagKey({ registry, repository }: Repository, tag: string): string {
  return `${registry}/${repository}:${tag}`;
}

/** True when there is nothing to write at all. */
export function isEmptyBatch(batch: Batch): boolean {
  return !isNews(batch) && batch.usedDocuments.size + batch.usedFacts.size + batch.damagedDocuments.size === 0;
}

/** True when something was learned: notes of use alone are not worth a warning when they cannot be written. */
export function isNews({ tags, documents, facts }: Batch): boolean {
  return tags.size + documents.size + facts.size > 0;
}
