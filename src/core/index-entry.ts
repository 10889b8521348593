import type { Digest } from './digest.ts';
import { type Descriptor, type Index, isIndexMediaType, type Manifest, runnableEntries } from './documents.ts';
import type { Known } from './known.ts';
import { choosePlatform, type Platform } from './platform.ts';
import { type Reason, reason } from './reason.ts';

/** What is looked for, and the documents that are known. `top`: the index that is asked about, for messages. */
export type EntrySearch = {
  readonly top: Digest;
  readonly platform: Platform;
  readonly document: (digest: Digest) => Known<Index | Manifest>;
};

/** `need`: the entry's document has to be known first. */
export type EntryChoice =
  | { readonly kind: 'entry'; readonly entry: Descriptor }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'need'; readonly entry: Descriptor }
  | { readonly kind: 'failed'; readonly reason: Reason };

const MAX_INDEX_DEPTH = 3;

/** Each has to be fetched to see what it offers, and each of those is counted. */
const MAX_UNNAMED_INDEXES = 2;

/**
 * Chooses the manifest the platform would be pulled from, through nested indexes.
 *
 * An entry that names its platform goes before nested indexes that name none; a single entry without any platform is taken for what it turns out to be.
 * Source: OCI image-spec v1.1, image-index.md ("if multiple manifests match, the first SHOULD be used").
 */
export function chooseEntry(index: Index, search: EntrySearch, depth = 1): EntryChoice {
  const entries = runnableEntries(index);
  const named = choosePlatform(entries, search.platform);
  if (named !== null) return isIndexMediaType(named.mediaType) ? descend(named, search, depth) : { kind: 'entry', entry: named };
  const unnamed = entries.filter((entry) => entry.platform === null);
  const indexes = unnamed.filter((entry) => isIndexMediaType(entry.mediaType));
  if (indexes.length > MAX_UNNAMED_INDEXES)
    return unsupported(`the index ${search.top} does not say which platforms its ${indexes.length} indexes are for`);
  for (const nested of indexes) {
    const choice = descend(nested, search, depth);
    if (choice.kind !== 'nothing') return choice;
  }
  const [manifest, ...others] = unnamed.filter((entry) => !isIndexMediaType(entry.mediaType));
  if (others.length > 0) return unsupported(`the index ${search.top} does not say which platforms its manifests are for`);
  return manifest === undefined ? { kind: 'nothing' } : { kind: 'entry', entry: manifest };
}

function descend(entry: Descriptor, search: EntrySearch, depth: number): EntryChoice {
  if (depth >= MAX_INDEX_DEPTH) return unsupported(`the index ${search.top} is nested more than ${MAX_INDEX_DEPTH} levels deep`);
  const document = search.document(entry.digest);
  switch (document.state) {
    case 'unasked':
      return { kind: 'need', entry };
    case 'failed':
      return { kind: 'failed', reason: document.reason };
    case 'known':
      return document.value.kind === 'index' ? chooseEntry(document.value, search, depth + 1) : { kind: 'entry', entry };
  }
}

function unsupported(message: string): EntryChoice {
  return { kind: 'failed', reason: reason('unsupported', message) };
}
