import { decodeStamp, type Stamp } from './rows.ts';
import type { Database } from './sqlite.ts';

/** What the tables of one kind of file look like. */
export type Schema = {
  /** Tells our files from anyone else's. Source: SQLite, "PRAGMA application_id". */
  readonly applicationId: number;
  /** SQL that takes a file from version n to n + 1; their number is the version this program knows. Source: SQLite, "PRAGMA user_version". */
  readonly steps: readonly string[];
};

/** Why a file must be left alone; `message` continues a sentence that begins with its name. */
export type Misfit = { readonly kind: 'newer' | 'foreign'; readonly message: string };

/**
 * Brings a file to the version this program knows, in one transaction; null when it is there.
 *
 * @throws what SQLite throws for a file that is damaged, locked or not writable
 */
export function fitSchema(schema: Schema, database: Database): Misfit | null {
  const found = readStamp(database);
  const misfit = misfitOf(schema, found);
  if (misfit !== null || found.version === schema.steps.length) return misfit;
  database.exec('begin immediate');
  try {
    const locked = readStamp(database); // another process may have done it while this one waited
    const misfitNow = misfitOf(schema, locked);
    if (misfitNow === null) migrate(schema, database, locked.version);
    database.exec('commit');
    return misfitNow;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

function migrate(schema: Schema, database: Database, version: number): void {
  for (const step of schema.steps.slice(version)) database.exec(step);
  database.exec(`pragma application_id = ${schema.applicationId}; pragma user_version = ${schema.steps.length}`);
}

function misfitOf(schema: Schema, { version, applicationId, isEmpty }: Stamp): Misfit | null {
  if (isEmpty && version === 0) return null;
  if (applicationId !== schema.applicationId) return { kind: 'foreign', message: 'is a database of another program' };
  if (version <= schema.steps.length) return null;
  return { kind: 'newer', message: `has version ${version}, this program knows version ${schema.steps.length}` };
}

const STAMP = `select
  (select user_version from pragma_user_version) as version,
  (select application_id from pragma_application_id) as applicationId,
  not exists (select 1 from sqlite_schema) as isEmpty`;

function readStamp(database: Database): Stamp {
  return decodeStamp(database.prepare(STAMP).get());
}
