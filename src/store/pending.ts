import type { TagObservation } from '../check/ports.ts';
import type { Digest } from '../core/digest.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import { createBoundedMap } from './bounded-map.ts';
import { limitList, sizeOfTags, type TagList } from './tag-list-rows.ts';

/** What is to be written at once. */
export type Batch = {
  readonly tags: ReadonlyMap<string, PendingTag>;
  readonly lists: ReadonlyMap<string, PendingList>;
  readonly documents: ReadonlyMap<Digest, Uint8Array>;
  readonly facts: ReadonlyMap<string, string>;
  /** Read today for the first time. */
  readonly usedLists: ReadonlyMap<string, Repository>;
  readonly usedDocuments: ReadonlySet<Digest>;
  readonly usedFacts: ReadonlySet<string>;
  /** Found not to be what their digest says. */
  readonly damagedDocuments: ReadonlySet<Digest>;
};

export type PendingTag = { readonly repository: Repository; readonly tag: string; readonly observation: TagObservation };

export type PendingList = { readonly repository: Repository; readonly list: TagList };

/** What this run learned and did not write yet; where nothing can be written, the memory of this run. */
export type Pending = {
  readonly batch: Batch;
  readonly tag: (repository: Repository, tag: string) => TagObservation | null;
  /** All tags of a repository. */
  readonly tagsOf: (repository: Repository) => readonly PendingTag[];
  readonly list: (repository: Repository) => TagList | null;
  readonly addTag: (pending: PendingTag) => void;
  readonly addList: (pending: PendingList) => void;
  readonly addDocument: (digest: Digest, bytes: Uint8Array) => void;
  readonly addFacts: (facts: ReadonlyMap<string, string>) => void;
  readonly useList: (repository: Repository) => void;
  readonly useDocument: (digest: Digest) => void;
  readonly useFact: (key: string) => void;
  readonly dropDocument: (digest: Digest) => void;
  /** How many things were learned, uses not counted. */
  readonly count: () => number;
  /** Of documents and lists. */
  readonly bytes: () => number;
  readonly clear: () => void;
};

/** `maxDocumentBytes`, `maxListBytes`: beyond them the documents and the lists that were added first are forgotten. */
export function createPending({ maxDocumentBytes, maxListBytes }: PendingLimits): Pending {
  const tags = new Map<string, PendingTag>();
  const tagsByRepository = new Map<string, Map<string, PendingTag>>();
  const lists = createBoundedMap<string, PendingList>(maxListBytes, ({ list }) => sizeOfTags(list.tags));
  const documents = createBoundedMap<Digest, Uint8Array>(maxDocumentBytes, ({ byteLength }) => byteLength);
  const facts = new Map<string, string>();
  const usedLists = new Map<string, Repository>();
  const usedDocuments = new Set<Digest>();
  const usedFacts = new Set<string>();
  const damagedDocuments = new Set<Digest>();
  const batch: Batch = {
    tags,
    lists: lists.entries,
    documents: documents.entries,
    facts,
    usedLists,
    usedDocuments,
    usedFacts,
    damagedDocuments,
  };

  return {
    batch,
    tag: (repository, tag) => tags.get(tagKey(repository, tag))?.observation ?? null,
    tagsOf: (repository) => [...(tagsByRepository.get(renderRepository(repository))?.values() ?? [])],
    list: (repository) => lists.entries.get(renderRepository(repository))?.list ?? null,
    addTag: (pending) => {
      const key = tagKey(pending.repository, pending.tag);
      const known = tags.get(key);
      if (known !== undefined && known.observation.observedAt > pending.observation.observedAt) return;
      tags.set(key, pending);
      const ofRepository = renderRepository(pending.repository);
      const siblings = tagsByRepository.get(ofRepository) ?? new Map<string, PendingTag>();
      tagsByRepository.set(ofRepository, siblings.set(pending.tag, pending));
    },
    addList: ({ repository, list }) => {
      const key = renderRepository(repository);
      const known = lists.entries.get(key);
      const limited = known !== undefined && known.list.observedAt > list.observedAt ? null : limitList(list);
      if (limited !== null) lists.set(key, { repository, list: limited });
    },
    addDocument: documents.set,
    addFacts: (added) => {
      for (const [key, json] of added) facts.set(key, json);
    },
    useList: (repository) => usedLists.set(renderRepository(repository), repository),
    useDocument: (digest) => usedDocuments.add(digest),
    useFact: (key) => usedFacts.add(key),
    dropDocument: (digest) => damagedDocuments.add(digest),
    count: () => tags.size + lists.entries.size + documents.entries.size + facts.size + damagedDocuments.size,
    bytes: () => documents.bytes() + lists.bytes(),
    clear: () => {
      const all = [tags, tagsByRepository, lists, documents, facts, usedLists, usedDocuments, usedFacts, damagedDocuments];
      for (const collection of all) collection.clear();
    },
  };
}

export type PendingLimits = { readonly maxDocumentBytes: number; readonly maxListBytes: number };

/** `docker.io/library/nginx:1.27`; no registry has a slash, no repository a colon. */
function tagKey(repository: Repository, tag: string): string {
  return `${renderRepository(repository)}:${tag}`;
}

/** True when there is nothing to write at all. */
export function isEmptyBatch(batch: Batch): boolean {
  const { usedLists, usedDocuments, usedFacts, damagedDocuments } = batch;
  return !isNews(batch) && usedLists.size + usedDocuments.size + usedFacts.size + damagedDocuments.size === 0;
}

/** True when something was learned: notes of use alone are not worth a warning when they cannot be written. */
export function isNews({ tags, lists, documents, facts }: Batch): boolean {
  return tags.size + lists.size + documents.size + facts.size > 0;
}
