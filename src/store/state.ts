import type { BaseKeys } from '../check/ports.ts';
import type { BuildNote } from '../core/base/version.ts';
import { renderFamiliar } from '../core/reference.ts';
import { addToLine, type BaseLine, type BasePlace, type KeptVersion } from './base-line.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import { keysOf } from './contents-json.ts';
import { createContentsTable, type WriteContents } from './contents-table.ts';
import type { PendingLine, StateBatch } from './pending-state.ts';
import { numberAt } from './rows.ts';
import { inTransaction, type Database } from './sqlite.ts';
import { decodeVersion, decodeVersions, NOTED_VERSION, versionColumns, VERSIONS_AS_JSON, type VersionRow } from './state-rows.ts';
import type { StoreKind } from './store-file.ts';

/**
 * The state: none of it can be asked again, so a damaged file is kept.
 *
 * What images are made of is kept once, by the hash of its JSON text, and found by the chain id of all layers or the hash of the whole history.
 * The ids of versions grow in the order in which they were appended. Nothing is ever deleted.
 */
export const STATE: StoreKind = {
  name: 'state',
  fileName: 'state.db',
  applicationId: 0x696d6773, // 'imgs'
  whenDamaged: 'keep',
  whenUnusable: 'no base is remembered',
  whenUnwritable: 'what this run learned of bases is not remembered',
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
  ],
};

/** The tables of the state. Every function throws what SQLite throws; versions come in the order in which they were appended. */
export type State = {
  readonly findVersions: (keys: BaseKeys) => readonly KeptVersion[];
  readonly readPlace: (place: BasePlace) => readonly KeptVersion[];
  /** What something new in a line is compared with: its last version; without a tag all of them with the same layers. */
  readonly readTail: (line: BaseLine) => readonly KeptVersion[];
  readonly hasNotes: () => boolean;
  readonly readNote: (imageId: string, platform: string) => BuildNote | null;
  /** All of it or nothing, in one transaction, on top of what other processes wrote meanwhile. `now`: milliseconds since the epoch. */
  readonly write: (batch: StateBatch, now: number) => void;
};

const AT_PLACE = 'where registry = ? and repository = ? and tag is ? and platform = ?';

const ALL = `select ${VERSIONS_AS_JSON} from versions ${AT_PLACE}`;

const LAST = `select ${VERSIONS_AS_JSON} from (select * from versions ${AT_PLACE} order by id desc limit 1)`;

const WITH_LAYERS = `select ${VERSIONS_AS_JSON} from versions indexed by versions_by_contents ${AT_PLACE}
  and contents in (select id from contents where chain_id is ?)`;

/** `cross join` keeps the order: each key is one look-up in the index. */
const WITH_KEYS = `select ${VERSIONS_AS_JSON} from versions where contents in (
  select contents.id from json_each(?) as wanted cross join contents on chain_id = wanted.value union
  select contents.id from json_each(?) as wanted cross join contents on history_hash = wanted.value)`;

const NOTE = `select recorded_at as recordedAt, ${NOTED_VERSION} from build_notes where image_id = ? and platform = ?`;

/** `onDamage` is called with a sentence about each row that is not as it was written; it is passed over. */
export function createState(database: Database, onDamage: (message: string) => void): State {
  const contents = createContentsTable(database);
  const find = database.prepare(WITH_KEYS);
  const all = database.prepare(ALL);
  const last = database.prepare(LAST);
  const withLayers = database.prepare(WITH_LAYERS);
  const note = database.prepare(NOTE);

  const complete = (row: VersionRow | null): KeptVersion | null => {
    const read = row === null ? null : contents.read(row.contentsRow);
    if (row !== null && read !== null) return { row: row.row, version: { ...row.version, contents: read.contents }, keys: read.keys };
    const name = row === null ? 'a remembered base' : `what is remembered of ${renderFamiliar(referenceTo(row))}`;
    onDamage(`${name} was damaged: it is ignored`);
    return null;
  };
  const decode = (row: unknown): readonly KeptVersion[] =>
    decodeVersions(row)
      .map(complete)
      .filter((kept) => kept !== null);
  const readTail: State['readTail'] = (line) =>
    decode(line.tag === null ? withLayers.get(...placeColumns(line), line.chainId) : last.get(...placeColumns(line)));
  const readNote: State['readNote'] = (imageId, platform) => {
    const row: unknown = note.get(imageId, platform);
    const recordedAt = numberAt(row, 'recordedAt');
    const base = recordedAt === null ? null : complete(decodeVersion(row));
    return recordedAt === null || base === null ? null : { imageId, base: base.version, recordedAt };
  };
  return {
    findVersions: ({ chainIds, historyHashes }) => decode(find.get(JSON.stringify(chainIds), JSON.stringify(historyHashes))),
    readPlace: (place) => decode(all.get(...placeColumns(place))),
    readTail,
    hasNotes: () => database.prepare('select 1 as isThere from build_notes limit 1').get() !== undefined,
    readNote,
    write: (batch, now) =>
      inTransaction(database, 'begin immediate', () => {
        const writeContents = contents.prepareWriting();
        writeLines(database, { lines: [...batch.lines.values()], readTail, writeContents, now });
        writeNotes(database, { notes: [...batch.notes.values()], writeContents, now });
      }),
  };
}

function placeColumns({ repository, tag, platform }: BasePlace): readonly [string, string, string | null, string] {
  return [repository.registry, repository.repository, tag, platform];
}

function referenceTo({ version: { repository, tag, topDigest } }: VersionRow): Parameters<typeof renderFamiliar>[0] {
  return { ...repository, tag, digest: tag === null ? topDigest : null };
}

type Writing = { readonly writeContents: WriteContents; readonly now: number };

type LineWriting = Writing & { readonly lines: readonly PendingLine[]; readonly readTail: State['readTail'] };

/** What was seen is added to each line as it is now: another process may have been faster. */
function writeLines(database: Database, { lines, readTail, writeContents, now }: LineWriting): void {
  if (lines.length === 0) return;
  const append = database.prepare('insert into versions values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const complete = database.prepare(
    'update versions set top_digest = ?, manifest_digest = ?, config_digest = ?, last_seen = ? where id = ?',
  );
  const tellMore = database.prepare('update versions set contents = ? where id = ?');
  for (const { line, seen } of lines) {
    const before = readTail(line);
    const after = seen.reduce((known, version) => addToLine(known, version, now), before);
    for (const [position, { row, version, keys }] of after.entries()) {
      const known = before[position]?.version;
      if (row === null) {
        append.run(...versionColumns(version, writeContents(version.contents, keys)));
      } else if (known !== version) {
        complete.run(version.topDigest, version.manifestDigest, version.configDigest, version.lastSeen, row);
        if (known?.contents !== version.contents) tellMore.run(writeContents(version.contents, keys), row);
      }
    }
  }
}

/** Of two notes on one image the later stays, unless it is from a future that cannot be. */
function writeNotes(database: Database, { notes, writeContents, now }: Writing & { readonly notes: readonly BuildNote[] }): void {
  if (notes.length === 0) return;
  const put = database.prepare(
    `insert or replace into build_notes select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
       where not exists (select 1 from build_notes where image_id = ?1 and platform = ?6 and recorded_at > ?2 and recorded_at <= ?13)`,
  );
  for (const { imageId, recordedAt, base } of notes) {
    const columns = versionColumns(base, writeContents(base.contents, keysOf(base.contents)));
    put.run(imageId, recordedAt, ...columns, now + CLOCK_TOLERANCE_MS);
  }
}
