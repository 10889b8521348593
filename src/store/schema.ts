import { decodeStamp, type Stamp } from './rows.ts';
import { inTransaction, sqliteFailure, type Database } from './sqlite.ts';

/** What the tables of one kind of file look like. */
export type Schema = {
  /** Tells our files from anyone else's. Source: SQLite, "PRAGMA application_id". */
  readonly applicationId: number;
  /** SQL that takes a file from version n to n + 1; their number is the version this program knows. Source: SQLite, "PRAGMA user_version". */
  readonly steps: readonly string[];
};

/** Why a file must be left alone; `message` continues a sentence that begins with its name. */
export type Misfit = { readonly kind: 'newer' | 'foreign'; readonly message: string };

/** That a file has the tables of a version. */
export type Fit = { readonly kind: 'fits'; readonly version: number };

/**
 * Brings a file to the version this program knows, in one transaction.
 *
 * @throws what SQLite throws for a file that is damaged, locked or not writable
 */
export function fitSchema(schema: Schema, database: Database): Fit | Misfit {
  const found = fitOf(schema, readStamp(database));
  if (found.kind !== 'fits' || found.version === schema.steps.length) return found;
  return inTransaction(database, 'begin immediate', () => {
    const locked = fitOf(schema, readStamp(database)); // another process may have done it while this one waited
    return locked.kind === 'fits' ? migrate(schema, database, locked.version) : locked;
  });
}

/**
 * The same for a file that may be one that can only be read: then it keeps the version it has, as long as that is one.
 *
 * @throws what SQLite throws for a file that is damaged or locked, or that is not writable and has no tables
 */
export function fitSchemaOrRead(schema: Schema, database: Database): Fit | Misfit {
  try {
    return fitSchema(schema, database);
  } catch (error) {
    const asItIs = sqliteFailure(error)?.kind === 'unwritable' ? fitOf(schema, readStamp(database)) : null;
    if (asItIs === null || (asItIs.kind === 'fits' && asItIs.version === 0)) throw error;
    return asItIs;
  }
}

function migrate(schema: Schema, database: Database, version: number): Fit {
  for (const step of schema.steps.slice(version)) database.exec(step);
  database.exec(`pragma application_id = ${schema.applicationId}; pragma user_version = ${schema.steps.length}`);
  return { kind: 'fits', version: schema.steps.length };
}

function fitOf(schema: Schema, { version, applicationId, isEmpty }: Stamp): Fit | Misfit {
  if (isEmpty && version === 0) return { kind: 'fits', version };
  if (applicationId !== schema.applicationId) return { kind: 'foreign', message: 'is a database of another program' };
  if (version <= schema.steps.length) return { kind: 'fits', version };
  return { kind: 'newer', message: `has version ${version}, this program knows version ${schema.steps.length}` };
}

const STAMP = `select
  (select user_version from pragma_user_version) as version,
  (select application_id from pragma_application_id) as applicationId,
  not exists (select 1 from sqlite_schema) as isEmpty`;

function readStamp(database: Database): Stamp {
  return decodeStamp(database.prepare(STAMP).get());
}
