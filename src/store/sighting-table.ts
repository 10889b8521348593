import type { Repository } from '../core/reference.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import type { SightingBatch } from './pending-sightings.ts';
import { numberAt, parseOrNull, textAt } from './rows.ts';
import { onDemand, type Database } from './sqlite.ts';

/** When tags were first seen: in a row what was new in one run, so that thousands of tags are read and written in no time. */
export type SightingTable = {
  /** Every tag that was seen in a repository. */
  readonly readAll: (repository: Repository) => ReadonlyMap<string, number>;
  /** Adds what is not known by now, another process may have been faster; to be called in a transaction. `now`: milliseconds since the epoch. */
  readonly write: (batch: SightingBatch, now: number) => void;
};

/** Of one repository: twice what a list of tags may have. A registry that invents tags at every run fills nothing but its own room. */
const MAX_PER_REPOSITORY = 200_000;

/** Prepares what is read when it is first read. */
export function createSightingTable(database: Database): SightingTable {
  const all = onDemand(
    database,
    "select json_group_array(json_object('seenAt', seen_at, 'tags', tags)) as sightings from sightings where registry = ? and repository = ?",
  );
  const readAll: SightingTable['readAll'] = ({ registry, repository }) => decodeSightings(all().get(registry, repository));
  return {
    readAll,
    write: (batch, now) => {
      const put = onDemand(database, 'insert into sightings (registry, repository, seen_at, count, tags) values (?, ?, ?, ?, ?)');
      const forget = onDemand(database, FORGET);
      for (const { repository, seenAt } of batch.values()) {
        const { registry, repository: path } = repository;
        const known = readAll(repository);
        for (const [time, tags] of byTime(seenAt, (tag, at) => isEarlier(at, known.get(tag)))) {
          put().run(registry, path, time, tags.length, tags.join(' '));
        }
        forget().run(registry, path, now + CLOCK_TOLERANCE_MS, MAX_PER_REPOSITORY);
      }
    },
  };
}

/** What a wrong clock put into the future, and the oldest where there are too many: a run adds those that are still there again. */
const FORGET = `delete from sightings where id in (
  select id from (
    select id, seen_at, sum(count) over (order by seen_at desc, id desc) as kept from sightings where registry = ?1 and repository = ?2)
  where seen_at > ?3 or kept > ?4)`;

/** Whether a time is news: of two the earlier stays. */
export function isEarlier(seenAt: number, known: number | undefined): boolean {
  return known === undefined || seenAt < known;
}

function byTime(seenAt: ReadonlyMap<string, number>, isWanted: (tag: string, seenAt: number) => boolean): ReadonlyMap<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const [tag, time] of seenAt) {
    if (!isWanted(tag, time)) continue;
    const group = groups.get(time);
    if (group === undefined) groups.set(time, [tag]);
    else group.push(tag);
  }
  return groups;
}

/** A row of `sightings`; what is not as it was written is passed over. */
function decodeSightings(row: unknown): ReadonlyMap<string, number> {
  const json = textAt(row, 'sightings');
  const wire = json === null ? null : parseOrNull(json);
  const sightings = new Map<string, number>();
  const batches: readonly unknown[] = Array.isArray(wire) ? wire : [];
  for (const batch of batches) {
    const [seenAt, tags] = [numberAt(batch, 'seenAt'), textAt(batch, 'tags')];
    if (seenAt === null || tags === null) continue;
    for (const tag of tags.split(' ')) sightings.set(tag, Math.min(seenAt, sightings.get(tag) ?? seenAt));
  }
  return sightings;
}
