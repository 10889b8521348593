import type { BaseKeys } from '../check/ports.ts';
import type { BuildNote } from '../core/base/version.ts';
import { renderFamiliar } from '../core/reference.ts';
import { addToLine, type BaseLine, type BasePlace, type KeptVersion } from './base-line.ts';
import { decodeVersion, decodeVersions, NOTED_VERSION, versionColumns, VERSIONS_AS_JSON, type VersionRow } from './base-rows.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import { keysOf } from './contents-json.ts';
import { createContentsTable, type WriteContents } from './contents-table.ts';
import type { BaseBatch, PendingLine } from './pending-bases.ts';
import { numberAt } from './rows.ts';
import { onDemand, type Database } from './sqlite.ts';

/** What was seen of bases. Versions come in the order in which they were appended. */
export type BaseTables = {
  readonly findVersions: (keys: BaseKeys) => readonly KeptVersion[];
  readonly readPlace: (place: BasePlace) => readonly KeptVersion[];
  /** What something new in a line is compared with: its last version; without a tag all of them with the same layers. */
  readonly readTail: (line: BaseLine) => readonly KeptVersion[];
  readonly hasNotes: () => boolean;
  readonly readNote: (imageId: string, platform: string) => BuildNote | null;
  /** On top of what other processes wrote meanwhile; to be called in a transaction. `now`: milliseconds since the epoch. */
  readonly write: (batch: BaseBatch, now: number) => void;
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
export function createBaseTables(database: Database, onDamage: (message: string) => void): BaseTables {
  const contents = createContentsTable(database);
  const find = onDemand(database, WITH_KEYS);
  const all = onDemand(database, ALL);
  const last = onDemand(database, LAST);
  const withLayers = onDemand(database, WITH_LAYERS);
  const note = onDemand(database, NOTE);

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
  const readTail: BaseTables['readTail'] = (line) =>
    decode(line.tag === null ? withLayers().get(...placeColumns(line), line.chainId) : last().get(...placeColumns(line)));
  const readNote: BaseTables['readNote'] = (imageId, platform) => {
    const row: unknown = note().get(imageId, platform);
    const recordedAt = numberAt(row, 'recordedAt');
    const base = recordedAt === null ? null : complete(decodeVersion(row));
    return recordedAt === null || base === null ? null : { imageId, base: base.version, recordedAt };
  };
  return {
    findVersions: ({ chainIds, historyHashes }) => decode(find().get(JSON.stringify(chainIds), JSON.stringify(historyHashes))),
    readPlace: (place) => decode(all().get(...placeColumns(place))),
    readTail,
    hasNotes: () => database.prepare('select 1 as isThere from build_notes limit 1').get() !== undefined,
    readNote,
    write: ({ lines, notes }, now) => {
      if (lines.size + notes.size === 0) return;
      const writeContents = contents.prepareWriting();
      writeLines(database, { lines: [...lines.values()], readTail, writeContents, now });
      writeNotes(database, { notes: [...notes.values()], writeContents, now });
    },
  };
}

function placeColumns({ repository, tag, platform }: BasePlace): readonly [string, string, string | null, string] {
  return [repository.registry, repository.repository, tag, platform];
}

function referenceTo({ version: { repository, tag, topDigest } }: VersionRow): Parameters<typeof renderFamiliar>[0] {
  return { ...repository, tag, digest: tag === null ? topDigest : null };
}

type Writing = { readonly writeContents: WriteContents; readonly now: number };

type LineWriting = Writing & { readonly lines: readonly PendingLine[]; readonly readTail: BaseTables['readTail'] };

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
