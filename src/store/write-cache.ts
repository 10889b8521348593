import { CLOCK_TOLERANCE_MS } from './clock.ts';
import type { Batch } from './pending.ts';
import { numberAt, tagColumns } from './rows.ts';
import type { Database } from './sqlite.ts';
import { writeTagLists } from './tag-list-table.ts';

export type WriteOptions = {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly maxDocumentBytes: number;
  readonly maxListBytes: number;
};

export const DAY_MS = 86_400_000;

const KEPT_DAYS = 90;

/** Writes what was learned into the tables of the cache, makes room, and once a day throws away what is old. To be called in a transaction. */
export function writeCache(database: Database, batch: Batch, { now, maxDocumentBytes, maxListBytes }: WriteOptions): void {
  const today = Math.floor(now / DAY_MS);
  writeTags(database, batch, now);
  writeTagLists(database, { lists: batch.lists.values(), used: batch.usedLists.values(), now, today });
  removeDocuments(database, batch);
  writeDocuments(database, batch, today);
  writeFacts(database, batch, today);
  if (batch.documents.size > 0) evict(database, { from: 'documents', sizes: 'document_uses', maxBytes: maxDocumentBytes });
  if (batch.lists.size > 0) evict(database, { from: 'tag_lists', sizes: 'tag_lists', maxBytes: maxListBytes });
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

/** Tables: what goes, and where its sizes are, under the same ids. */
type Eviction = { readonly from: 'documents' | 'tag_lists'; readonly sizes: 'document_uses' | 'tag_lists'; readonly maxBytes: number };

/** The longest unused go, down to nine tenths of the bound, so that a full cache does not have to make room at every run. */
function evict(database: Database, { from, sizes, maxBytes }: Eviction): void {
  const total = numberAt(database.prepare(`select sum(size) as total from ${sizes}`).get(), 'total') ?? 0;
  if (total <= maxBytes) return;
  database
    .prepare(
      `delete from ${from} where id in (
         select id from (select id, sum(size) over (order by used_day desc, id desc) as keptBytes from ${sizes})
         where keptBytes > ?)`,
    )
    .run(maxBytes * 0.9);
}

/** At most once a day: what nobody asked for in 90 days, and what a wrong clock put into the future. */
function prune(database: Database, now: number, today: number): void {
  if (numberAt(database.prepare('select pruned_day as day from upkeep').get(), 'day') === today) return;
  for (const table of ['tags', 'tag_lists']) {
    database.prepare(`delete from ${table} where observed_at not between ? and ?`).run(now - KEPT_DAYS * DAY_MS, now + CLOCK_TOLERANCE_MS);
  }
  database.prepare('delete from facts where used_day not between ? and ?').run(today - KEPT_DAYS, today + 1);
  database.prepare('update upkeep set pruned_day = ?').run(today);
}
