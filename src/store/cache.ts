import type { TagName, TagObservation } from '../check/ports.ts';
import type { Digest } from '../core/digest.ts';
import type { Repository } from '../core/reference.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import type { Batch } from './pending.ts';
import { decodeDocument, decodeFact, decodeTag, numberAt, tagColumns, type Used } from './rows.ts';
import { inTransaction, type Database, type Statement } from './sqlite.ts';
import type { StoreKind } from './store-file.ts';

/**
 * The cache: all of it can be asked again, so a damaged file is deleted.
 *
 * The day of use and the size of a document lie apart from its bytes, so that noting a use rewrites no bytes and adding up sizes reads none.
 * A tag without digest is gone.
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
  ],
};

export type WriteOptions = {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly maxDocumentBytes: number;
};

/** The tables of the cache. Every function throws what SQLite throws. */
export type Cache = {
  readonly readTag: (repository: Repository, tag: string) => TagObservation | null;
  readonly readTags: (tags: readonly TagName[]) => readonly (TagObservation | null)[];
  readonly readDocument: (digest: Digest) => Used<Uint8Array> | null;
  readonly readFacts: (keys: readonly string[]) => ReadonlyMap<string, Used<string>>;
  /** All of it or nothing, in one transaction. */
  readonly write: (batch: Batch, options: WriteOptions) => void;
};

export const DAY_MS = 86_400_000;

const KEPT_DAYS = 90;

/** Prepares what is read; statements that write are prepared when something is written. */
export function createCache(database: Database): Cache {
  const tag = database.prepare(
    'select digest, media_type as mediaType, observed_at as observedAt from tags where registry = ? and repository = ? and tag = ?',
  );
  const document = database.prepare('select bytes, used_day as usedDay from documents join document_uses using (id) where digest = ?');
  const facts = database.prepare('select json, used_day as usedDay from facts where key = ?');
  const readTag: Cache['readTag'] = (repository, name) => decodeTag(tag.get(repository.registry, repository.repository, name));
  return {
    readTag,
    readTags: (tags) => inTransaction(database, 'begin', () => tags.map(({ repository, tag: name }) => readTag(repository, name))), // locked once
    readDocument: (digest) => decodeDocument(document.get(digest)),
    readFacts: (keys) => inTransaction(database, 'begin', () => readFacts(facts, keys)), // locked once, not per key
    write: (batch, options) => inTransaction(database, 'begin immediate', () => write(database, batch, options)),
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

function write(database: Database, batch: Batch, { now, maxDocumentBytes }: WriteOptions): void {
  const today = Math.floor(now / DAY_MS);
  writeTags(database, batch, now);
  removeDocuments(database, batch);
  writeDocuments(database, batch, today);
  writeFacts(database, batch, today);
  if (batch.documents.size > 0) evictDocuments(database, maxDocumentBytes);
  prune(database, now, today);
}

/** Of two processes that asked for the same tag, the later answer stays, unless it is from a future that cannot be. */
function writeTags(database: Database, batch: Batch, now: number): void {
  if (batch.tags.size === 0) return;
  const put = database.prepare(
    `insert into tags values (?, ?, ?, ?, ?, ?) on conflict do update
       set digest = excluded.digest, media_type = excluded.media_type, observed_at = excluded.observed_at
       where excluded.observed_at >= tags.observed_at or tags.observed_at > ?`,
  );
  for (const { repository, tag, observation } of batch.tags.values()) {
    const { digest, mediaType } = tagColumns(observation);
    put.run(repository.registry, repository.repository, tag, digest, mediaType, observation.observedAt, now + CLOCK_TOLERANCE_MS);
  }
}

function removeDocuments(database: Database, batch: Batch): void {
  if (batch.damagedDocuments.size === 0) return;
  const remove = database.prepare('delete from documents where digest = ?');
  for (const digest of batch.damagedDocuments) remove.run(digest);
}

function writeDocuments(database: Database, batch: Batch, today: number): void {
  if (batch.documents.size > 0) {
    const put = database.prepare('insert or ignore into documents (digest, bytes) values (?, ?)');
    const putUse = database.prepare('insert into document_uses values (last_insert_rowid(), ?, ?)');
    for (const [digest, bytes] of batch.documents) {
      if (put.run(digest, bytes).changes > 0) putUse.run(bytes.byteLength, today);
    }
  }
  if (batch.usedDocuments.size > 0) {
    const use = database.prepare('update document_uses set used_day = ? where id = (select id from documents where digest = ?)');
    for (const digest of batch.usedDocuments) use.run(today, digest);
  }
}

function writeFacts(database: Database, batch: Batch, today: number): void {
  if (batch.facts.size > 0) {
    const put = database.prepare('insert or replace into facts values (?, ?, ?)');
    for (const [key, json] of batch.facts) put.run(key, json, today);
  }
  if (batch.usedFacts.size > 0) {
    const use = database.prepare('update facts set used_day = ? where key = ?');
    for (const key of batch.usedFacts) use.run(today, key);
  }
}

/** The longest unused go, down to nine tenths of the bound, so that a full cache does not have to make room at every run. */
function evictDocuments(database: Database, maxDocumentBytes: number): void {
  const total = numberAt(database.prepare('select sum(size) as total from document_uses').get(), 'total') ?? 0;
  if (total <= maxDocumentBytes) return;
  database
    .prepare(
      `delete from documents where id in (
         select id from (select id, sum(size) over (order by used_day desc, id desc) as keptBytes from document_uses)
         where keptBytes > ?)`,
    )
    .run(maxDocumentBytes * 0.9);
}

/** At most once a day: what nobody asked for in 90 days, and what a wrong clock put into the future. */
function prune(database: Database, now: number, today: number): void {
  if (numberAt(database.prepare('select pruned_day as day from upkeep').get(), 'day') === today) return;
  database.prepare('delete from tags where observed_at not between ? and ?').run(now - KEPT_DAYS * DAY_MS, now + CLOCK_TOLERANCE_MS);
  database.prepare('delete from facts where used_day not between ? and ?').run(today - KEPT_DAYS, today + 1);
  database.prepare('update upkeep set pruned_day = ?').run(today);
}
