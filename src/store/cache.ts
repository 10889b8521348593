import type { TagListNote, TagName, TagObservation } from '../check/ports.ts';
import type { Digest } from '../core/digest.ts';
import type { Repository } from '../core/reference.ts';
import type { Batch } from './pending.ts';
import { decodeDocument, decodeFact, decodeTag, decodeTagsAsked, TAGS_AS_JSON, type TagAsked, type Used } from './rows.ts';
import { inTransaction, onDemand, type Database, type Statement } from './sqlite.ts';
import type { StoreKind } from './store-file.ts';
import { createTagListTable } from './tag-list-table.ts';
import type { TagList } from './tag-list-rows.ts';
import { writeCache, type WriteOptions } from './write-cache.ts';

/**
 * The cache: all of it can be asked again, so a damaged file is deleted.
 *
 * The day of use and the size of a document lie apart from its bytes, so that noting a use rewrites no bytes and adding up sizes reads none; what is noted of a
 * list of tags lies apart from the tags likewise. A tag without digest is gone.
 */
export const CACHE: StoreKind = {
  name: 'cache',
  fileName: 'cache.db',
  applicationId: 0x696d6775, // 'imgu'
  whenDamaged: 'delete',
  whenUnusable: 'nothing is remembered',
  whenUnwritable: 'what this run learned is not remembered',
  steps: [
    `create table tags (
       registry text not null, repository text not null, tag text not null,
       digest text, media_type text, observed_at integer not null,
       primary key (registry, repository, tag)) strict, without rowid;
     create table documents (id integer primary key, digest text not null unique, bytes blob not null) strict;
     create table document_uses (
       id integer primary key references documents on delete cascade, size integer not null, used_day integer not null) strict;
     create table facts (key text primary key, json text not null, used_day integer not null) strict;
     create table upkeep (pruned_day integer not null) strict;
     insert into upkeep values (0);`,
    `create table tag_lists (
       id integer primary key, registry text not null, repository text not null, observed_at integer not null, covers text, cut text,
       size integer not null, used_day integer not null, unique (registry, repository)) strict;
     create table tag_list_texts (id integer primary key references tag_lists on delete cascade, tags text not null) strict;`,
  ],
};

/** The tables of the cache. Every function throws what SQLite throws. */
export type Cache = {
  readonly readTag: (repository: Repository, tag: string) => TagObservation | null;
  readonly readTags: (tags: readonly TagName[]) => readonly (TagObservation | null)[];
  readonly readTagsOf: (repository: Repository) => readonly TagAsked[];
  readonly readListNotes: (repositories: readonly Repository[]) => readonly (TagListNote | null)[];
  readonly readList: (repository: Repository) => Used<TagList> | null;
  readonly readDocument: (digest: Digest) => Used<Uint8Array> | null;
  readonly readFacts: (keys: readonly string[]) => ReadonlyMap<string, Used<string>>;
  /** All of it or nothing, in one transaction. */
  readonly write: (batch: Batch, options: WriteOptions) => void;
};

/** `version`: of the file; one of version 1, which could not be written, has no lists of tags. */
export function createCache(database: Database, version: number): Cache {
  const tag = onDemand(
    database,
    'select digest, media_type as mediaType, observed_at as observedAt from tags where registry = ? and repository = ? and tag = ?',
  );
  const tagsOf = onDemand(database, `select ${TAGS_AS_JSON} from tags where registry = ? and repository = ?`);
  const lists = version < 2 ? null : createTagListTable(database);
  const document = onDemand(database, 'select bytes, used_day as usedDay from documents join document_uses using (id) where digest = ?');
  const facts = onDemand(database, 'select json, used_day as usedDay from facts where key = ?');
  const readTag: Cache['readTag'] = (repository, name) => decodeTag(tag().get(repository.registry, repository.repository, name));
  const lockedOnce = <T>(work: () => T): T => inTransaction(database, 'begin', work); // not once per row
  return {
    readTag,
    readTags: (tags) => lockedOnce(() => tags.map(({ repository, tag: name }) => readTag(repository, name))),
    readTagsOf: ({ registry, repository }) => decodeTagsAsked(tagsOf().get(registry, repository)),
    readListNotes: (repositories) => lockedOnce(() => repositories.map((repository) => lists?.readNote(repository) ?? null)),
    readList: (repository) => lists?.read(repository) ?? null,
    readDocument: (digest) => decodeDocument(document().get(digest)),
    readFacts: (keys) => lockedOnce(() => readFacts(facts(), keys)),
    write: (batch, options) => inTransaction(database, 'begin immediate', () => writeCache(database, batch, options)),
  };
}

function readFacts(statement: Statement, keys: readonly string[]): ReadonlyMap<string, Used<string>> {
  const facts = new Map<string, Used<string>>();
  for (const key of keys) {
    const fact = decodeFact(statement.get(key));
    if (fact !== null) facts.set(key, fact);
  }
  return facts;
}
