import { createBaseTables, type BaseTables } from './base-tables.ts';
import { createHoldTable, type HoldTable } from './hold-table.ts';
import type { StateBatch } from './pending-state.ts';
import { createSightingTable, type SightingTable } from './sighting-table.ts';
import { inTransaction, type Database } from './sqlite.ts';
import type { StoreKind } from './store-file.ts';

/**
 * The state: none of it can be asked again, so a damaged file is kept.
 *
 * What images are made of is kept once, by the hash of its JSON text, and found by the chain id of all layers or the hash of the whole history.
 * The ids of versions grow in the order in which they were appended, and so do the keys of reports, see ReportTable. Nothing is ever deleted but holds that the
 * user took back, and the oldest of more sightings in a repository than it can have tags and of more reports than are ever looked at.
 */
export const STATE: StoreKind = {
  name: 'state',
  fileName: 'state.db',
  applicationId: 0x696d6773, // 'imgs'
  whenDamaged: 'keep',
  whenUnusable: 'neither bases nor holds are remembered',
  whenUnwritable: 'nothing new of bases, versions and holds is remembered',
  steps: [
    `create table contents (id integer primary key, hash text not null unique, chain_id text, history_hash text, json text not null) strict;
     create index contents_by_chain_id on contents (chain_id);
     create index contents_by_history_hash on contents (history_hash);
     create table versions (
       id integer primary key, registry text not null, repository text not null, tag text, platform text not null,
       top_digest text, manifest_digest text, config_digest text, contents integer not null references contents,
       first_seen integer not null, last_seen integer not null) strict;
     create index versions_by_place on versions (registry, repository, tag, platform);
     create index versions_by_contents on versions (contents);
     create table build_notes (
       image_id text not null, recorded_at integer not null,
       registry text not null, repository text not null, tag text, platform text not null,
       top_digest text, manifest_digest text, config_digest text, contents integer not null references contents,
       first_seen integer not null, last_seen integer not null, primary key (image_id, platform)) strict, without rowid;`,
    `create table holds (pattern text primary key, reason text, until text, held_at integer not null) strict, without rowid;
     create table sightings (
       id integer primary key, registry text not null, repository text not null, seen_at integer not null,
       count integer not null, tags text not null) strict;
     create index sightings_by_repository on sightings (registry, repository);`,
    `create table reports (
       key integer primary key, id text not null, at integer not null, images integer not null, fresh integer not null, stale integer not null,
       unknown integer not null, bytes integer not null) strict;
     create index reports_by_id on reports (id, key);
     create table report_baselines (key integer primary key references reports on delete cascade, baseline blob not null) strict;
     create table report_outcomes (key integer primary key references reports on delete cascade, outcome text not null) strict;`,
  ],
};

/** The tables of the state. Every function throws what SQLite throws. */
export type State = {
  readonly bases: BaseTables;
  /** null: the file is of version 1 and could not be written; it has neither holds nor sightings. */
  readonly holds: HoldTable | null;
  readonly sightings: SightingTable | null;
  /** All of it or nothing, in one transaction, on top of what other processes wrote meanwhile. `now`: milliseconds since the epoch. */
  readonly write: (batch: StateBatch, now: number) => void;
};

export type StateOptions = {
  /** Of the file. */
  readonly version: number;
  /** Called with a sentence about each row that is not as it was written; it is passed over. */
  readonly onDamage: (message: string) => void;
};

/** Statements are prepared when they are first used. */
export function createState(database: Database, { version, onDamage }: StateOptions): State {
  const bases = createBaseTables(database, onDamage);
  const holds = version < 2 ? null : createHoldTable(database, onDamage);
  const sightings = version < 2 ? null : createSightingTable(database);
  return {
    bases,
    holds,
    sightings,
    write: (batch, now) =>
      inTransaction(database, 'begin immediate', () => {
        bases.write(batch.bases, now);
        holds?.write(batch.holds, now);
        sightings?.write(batch.sightings, now);
      }),
  };
}
