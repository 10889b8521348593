import type { Memory, TagListNote } from '../check/ports.ts';
import { digestOf, type Digest } from '../core/digest.ts';
import type { Repository } from '../core/reference.ts';
import { CACHE, createCache } from './cache.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import { createGuardedStore, type StoreSource } from './guarded-store.ts';
import { createPending, isEmptyBatch, isNews } from './pending.ts';
import type { TagAsked } from './rows.ts';
import type { TagList } from './tag-list-rows.ts';
import type { Warn } from './warnings.ts';
import { createWriteBehind } from './write-behind.ts';
import { DAY_MS } from './write-cache.ts';

/** What can be asked again: tags, lists of tags, documents, facts. */
export type CacheMemory = Pick<
  Memory,
  | 'readTag'
  | 'readTags'
  | 'writeTag'
  | 'readTagsOf'
  | 'readTagLists'
  | 'readTagList'
  | 'writeTagList'
  | 'readDocument'
  | 'writeDocument'
  | 'readFacts'
  | 'writeFacts'
  | 'close'
>;

export type CacheMemoryOptions = {
  readonly source: StoreSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly maxDocumentBytes: number;
  readonly maxListBytes: number;
  readonly warn: Warn;
};

/** Written when this much has gathered. */
const FLUSH_AT = { count: 1_000, bytes: 4 * 1024 * 1024 } as const;

/** What a run may hold of documents, and of lists, that cannot be written. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** A fact is noted as used again after a week: its row is wide, and it stays for months. */
const FACT_USE_DAYS = 7;

/** The part of a memory that lies in the cache file, or in nothing: then it remembers until the end of the run. */
export function createCacheMemory({ source, now, maxDocumentBytes, maxListBytes, warn }: CacheMemoryOptions): CacheMemory {
  const pending = createPending({
    maxDocumentBytes: Math.min(maxDocumentBytes, MAX_PENDING_BYTES),
    maxListBytes: Math.min(maxListBytes, MAX_PENDING_BYTES),
  });
  const cache = createGuardedStore({ kind: CACHE, source, createTables: createCache, warn });
  const today = (): number => Math.floor(now() / DAY_MS);
  const { batch } = pending;
  const { noteNews, flush } = createWriteBehind({
    now,
    isMuch: () => pending.count() >= FLUSH_AT.count || pending.bytes() >= FLUSH_AT.bytes,
    write: (when) => {
      const options = { now: now(), maxDocumentBytes, maxListBytes };
      const isWritten = cache.write(
        { isEmpty: isEmptyBatch(batch), isNews: isNews(batch), work: (tables) => tables.write(batch, options) },
        when,
      );
      if (isWritten) pending.clear();
      return isWritten;
    },
  });

  const readKeptTagsOf = (repository: Repository): readonly TagAsked[] => {
    const kept = cache.read((tables) => tables.readTagsOf(repository)) ?? [];
    return kept.filter(({ observation }) => believable(observation, now()) !== null);
  };
  const readKeptList = (repository: Repository): TagList | null => {
    const kept = cache.read((tables) => tables.readList(repository));
    if (kept === null) return null;
    if (kept.usedDay !== today()) pending.useList(repository);
    return believable(kept.value, now());
  };
  const readKeptDocument = (digest: Digest): Uint8Array | null => {
    const kept = cache.read((tables) => tables.readDocument(digest));
    if (kept === null) return null;
    if (digestOf(kept.value, digest) !== digest) {
      warn('store-damaged', `the remembered document ${digest} was damaged: it is deleted`);
      pending.dropDocument(digest);
      return null;
    }
    if (kept.usedDay !== today()) pending.useDocument(digest);
    return kept.value;
  };
  const readKeptFacts = (keys: readonly string[]): readonly (readonly [string, string])[] => {
    if (keys.length === 0) return [];
    const kept = [...(cache.read((tables) => tables.readFacts(keys)) ?? [])];
    for (const [key, { usedDay }] of kept) {
      if (Math.abs(today() - usedDay) >= FACT_USE_DAYS) pending.useFact(key);
    }
    return kept.map(([key, { value }]) => [key, value]);
  };

  return {
    readTag: (repository, tag) =>
      pending.tag(repository, tag) ??
      believable(
        cache.read((tables) => tables.readTag(repository, tag)),
        now(),
      ),
    readTags: (tags) => {
      const kept = cache.read((tables) => tables.readTags(tags)) ?? [];
      return tags.map(({ repository, tag }, place) => pending.tag(repository, tag) ?? believable(kept[place] ?? null, now()));
    },
    writeTag: (repository, tag, observation) => {
      pending.addTag({ repository, tag, observation });
      noteNews();
    },
    readTagsOf: (repository) => {
      const learned = pending.tagsOf(repository);
      const tags = new Map([...readKeptTagsOf(repository), ...learned].map(({ tag, observation }) => [tag, observation]));
      return [...tags].map(([tag, observation]) => ({ tag, observation })).sort((a, b) => (a.tag < b.tag ? -1 : 1));
    },
    readTagLists: (repositories) => {
      const kept = cache.read((tables) => tables.readListNotes(repositories)) ?? [];
      return repositories.map((repository, place) => {
        const learned = pending.list(repository);
        return learned === null ? believable(kept[place] ?? null, now()) : noteOf(learned);
      });
    },
    readTagList: (repository) => (pending.list(repository) ?? readKeptList(repository))?.tags ?? null,
    writeTagList: (repository, list) => {
      pending.addList({ repository, list });
      noteNews();
    },
    readDocument: (digest) => batch.documents.get(digest) ?? readKeptDocument(digest),
    writeDocument: (digest, bytes) => {
      pending.addDocument(digest, bytes);
      noteNews();
    },
    readFacts: (keys) => {
      const learned = keys.flatMap((key) => {
        const json = batch.facts.get(key);
        return json === undefined ? [] : [[key, json] as const];
      });
      return new Map([...readKeptFacts(keys), ...learned]);
    },
    writeFacts: (facts) => {
      pending.addFacts(facts);
      noteNews();
    },
    close: () => {
      flush('at-close');
      cache.close();
    },
  };
}

/** An answer from the future was written under a wrong clock: how old it is, nobody knows. */
function believable<T extends { readonly observedAt: number }>(answer: T | null, now: number): T | null {
  return answer !== null && answer.observedAt > now + CLOCK_TOLERANCE_MS ? null : answer;
}

function noteOf({ observedAt, covers, cut }: TagList): TagListNote {
  return { observedAt, covers, cut };
}
