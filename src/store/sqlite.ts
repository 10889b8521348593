import { createRequire } from 'node:module';
import type { DatabaseSyncInstance, SqliteModule, StatementSyncInstance } from '@photostructure/sqlite';

/** A connection to one database file, in the API of `node:sqlite`. Statements are let go with the process, not with `close`. */
export type Database = DatabaseSyncInstance;

/** `all` and `iterate` are not used: what they throw has no result code. */
export type Statement = Pick<StatementSyncInstance, 'get' | 'run'>;

/** What an error of SQLite means here. */
export type SqliteFailure = { readonly kind: 'corrupt' | 'unwritable' | 'busy' | 'other'; readonly message: string };

/** How long opening and reading wait for another process: one that writes keeps readers out for some milliseconds. */
export const PATIENCE_MS = 5_000;

/**
 * Loads the binding, which is never part of the bundle because its binary lies beside it.
 *
 * Required, not imported: that takes half the time. The text says why it cannot be loaded, for instance without a binary for this platform.
 */
export function loadSqlite(): { readonly open: (path: string) => Database } | string {
  try {
    const sqlite: unknown = createRequire(import.meta.url)('@photostructure/sqlite');
    if (!isSqlite(sqlite)) return 'it has no DatabaseSync';
    return { open: (path) => new sqlite.DatabaseSync(path, { timeout: PATIENCE_MS, allowExtension: false }) };
  } catch (error) {
    return firstLine(error);
  }
}

/**
 * Classifies what a call of the binding threw, by its primary result code; null when it is no error of SQLite.
 * Source: SQLite, "Result and Error Codes", rescode.html.
 */
export function sqliteFailure(error: unknown): SqliteFailure | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return null;
  const resultCode = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : -1;
  return { kind: KINDS.get(resultCode) ?? 'other', message: firstLine(error) };
}

const KINDS: ReadonlyMap<number, SqliteFailure['kind']> = new Map([
  [1, 'corrupt'], // SQLITE_ERROR: our statements are right, so a table is missing
  [3, 'unwritable'], // SQLITE_PERM
  [5, 'busy'], // SQLITE_BUSY
  [6, 'busy'], // SQLITE_LOCKED
  [8, 'unwritable'], // SQLITE_READONLY
  [11, 'corrupt'], // SQLITE_CORRUPT
  [13, 'unwritable'], // SQLITE_FULL
  [14, 'unwritable'], // SQLITE_CANTOPEN
  [26, 'corrupt'], // SQLITE_NOTADB
]);

/** A statement that is prepared when it is first used: to prepare one costs more than to read a row by it. */
export function onDemand(database: Database, sql: string): () => Statement {
  let prepared: Statement | null = null;
  return () => (prepared ??= database.prepare(sql));
}

/** Does all of `work` or, when it throws, nothing of it. A plain `begin` takes one lock for many reads. */
export function inTransaction<T>(database: Database, begin: 'begin' | 'begin immediate', work: () => T): T {
  database.exec(begin);
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/** Waits this long for another process that writes while `work` is done; nothing else happens in this process meanwhile. */
export function withPatience<T>(database: Database, patienceMs: number, work: () => T): T {
  const setPatience = (ms: number): void => database.exec(`pragma busy_timeout = ${ms}`);
  setPatience(patienceMs);
  try {
    return work();
  } finally {
    setPatience(PATIENCE_MS);
  }
}

function isSqlite(module: unknown): module is SqliteModule {
  return typeof module === 'object' && module !== null && 'DatabaseSync' in module;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
