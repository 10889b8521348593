import type { Repository } from '../core/reference.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import type { SightingBatch } from './pending-sightings.ts';
import { numberAt, parseOrNull, textAt } from './rows.ts';
import { onDemand, type Database } from './sqlite.ts';

/** When tags were first seen. */
export type SightingTable = {
  /** Those that are known of these tags. */
  readonly read: (repository: Repository, tags: readonly string[]) => ReadonlyMap<string, number>;
  /** On top of what other processes wrote meanwhile; to be called in a transaction. `now`: milliseconds since the epoch. */
  readonly write: (batch: SightingBatch, now: number) => void;
};

/** Of one repository: twice what a list of tags may have. A registry that invents tags at every run fills nothing but its own room. */
const MAX_PER_REPOSITORY = 200_000;

/** Prepares what is read when it is first read. */
export function createSightingTable(database: Database): SightingTable {
  const some = onDemand(
    database,
    `select json_group_object(tag, seen_at) as sightings from sightings
       where repository = (select id from seen_repositories where registry = ? and repository = ?)
         and tag in (select value from json_each(?))`,
  );
  return {
    read: ({ registry, repository }, tags) => decodeSightings(some().get(registry, repository, JSON.stringify(tags))),
    write: (batch, now) => {
      if (batch.size === 0) return;
      const note = database.prepare('insert or ignore into seen_repositories (registry, repository) values (?, ?)');
      const find = database.prepare('select id from seen_repositories where registry = ? and repository = ?');
      const put = database.prepare(PUT);
      const count = database.prepare('select count(*) as n from sightings where repository = ?');
      const evict = onDemand(database, EVICT);
      for (const {
        repository: { registry, repository },
        seenAt,
      } of batch.values()) {
        note.run(registry, repository);
        const id = numberAt(find.get(registry, repository), 'id');
        put.run(id, JSON.stringify(Object.fromEntries(seenAt)), now + CLOCK_TOLERANCE_MS);
        const excess = (numberAt(count.get(id), 'n') ?? 0) - MAX_PER_REPOSITORY;
        if (excess > 0) evict().run(id, id, excess);
      }
    },
  };
}

/** The earlier time stays, unless it is from a future that cannot be. `where true`: else `on` would be read as a join's. */
const PUT = `insert into sightings select ?, key, value from json_each(?) where true
  on conflict do update set seen_at = excluded.seen_at where excluded.seen_at < sightings.seen_at or sightings.seen_at > ?`;

const EVICT = `delete from sightings where repository = ? and tag in (
  select tag from sightings where repository = ? order by seen_at, tag limit ?)`;

function decodeSightings(row: unknown): ReadonlyMap<string, number> {
  const json = textAt(row, 'sightings');
  const wire = json === null ? null : parseOrNull(json);
  const pairs: readonly (readonly [string, unknown])[] = typeof wire === 'object' && wire !== null ? Object.entries(wire) : [];
  const sightings = new Map<string, number>();
  for (const [tag, seenAt] of pairs) if (typeof seenAt === 'number') sightings.set(tag, seenAt);
  return sightings;
}
