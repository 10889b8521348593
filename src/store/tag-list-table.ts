import type { TagListNote } from '../check/ports.ts';
import type { Repository } from '../core/reference.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import type { PendingList } from './pending.ts';
import { numberAt, type Used } from './rows.ts';
import { onDemand, type Database } from './sqlite.ts';
import { decodeNote, decodeTags, encodeTags, noteColumns, sizeOfTags, type TagList } from './tag-list-rows.ts';

/** The lists of tags, each with a note that is read without its tags. */
export type TagListTable = {
  readonly readNote: (repository: Repository) => TagListNote | null;
  /** null when it is not there, or not as it was written. */
  readonly read: (repository: Repository) => Used<TagList> | null;
};

/** Prepares what is read when it is first read. */
export function createTagListTable(database: Database): TagListTable {
  const note = onDemand(database, `select ${NOTE_COLUMNS} from tag_lists where registry = ? and repository = ?`);
  const list = onDemand(
    database,
    `select ${NOTE_COLUMNS}, used_day as usedDay, tags from tag_lists join tag_list_texts using (id) where registry = ? and repository = ?`,
  );
  return {
    readNote: ({ registry, repository }) => decodeNote(note().get(registry, repository)),
    read: ({ registry, repository }) => {
      const row: unknown = list().get(registry, repository);
      const read = decodeNote(row);
      const tags = read === null ? null : decodeTags(row);
      return read === null || tags === null ? null : { value: { ...read, tags }, usedDay: numberAt(row, 'usedDay') ?? 0 };
    },
  };
}

const NOTE_COLUMNS = 'observed_at as observedAt, covers, cut';

export type ListWriting = {
  readonly lists: Iterable<PendingList>;
  readonly used: Iterable<Repository>;
  /** Milliseconds since the epoch, days since the epoch. */
  readonly now: number;
  readonly today: number;
};

/** Of two processes that listed the same repository the later list stays, unless it is from a future that cannot be. */
export function writeTagLists(database: Database, { lists, used, now, today }: ListWriting): void {
  const putNote = onDemand(database, PUT_NOTE);
  const putTags = onDemand(
    database,
    'insert or replace into tag_list_texts select id, ? from tag_lists where registry = ? and repository = ?',
  );
  const use = onDemand(database, 'update tag_lists set used_day = ? where registry = ? and repository = ?');
  for (const {
    repository: { registry, repository },
    list,
  } of lists) {
    const columns = [...noteColumns(list), sizeOfTags(list.tags), today];
    const { changes } = putNote().run(registry, repository, ...columns, now + CLOCK_TOLERANCE_MS);
    if (changes > 0) putTags().run(encodeTags(list.tags), registry, repository);
  }
  for (const { registry, repository } of used) use().run(today, registry, repository);
}

const PUT_NOTE = `insert into tag_lists (registry, repository, observed_at, covers, cut, size, used_day) values (?, ?, ?, ?, ?, ?, ?)
  on conflict (registry, repository) do update set observed_at = excluded.observed_at, covers = excluded.covers, cut = excluded.cut,
    size = excluded.size, used_day = excluded.used_day
    where excluded.observed_at >= tag_lists.observed_at or tag_lists.observed_at > ?`;
