import { join } from 'node:path';
import { prepareDirectory } from './directory.ts';
import { fileIdentity, mayExist, prepareFile, removeDatabase } from './files.ts';
import { withLock } from './lock.ts';
import { fitSchema, fitSchemaOrRead, type Schema } from './schema.ts';
import { loadSqlite, sqliteFailure, type Database } from './sqlite.ts';
import type { Warn } from './warnings.ts';

/** One kind of database file: the cache, or the state beside it. */
export type StoreKind = Schema & {
  /** As a warning calls it: `cache`. */
  readonly name: string;
  readonly fileName: string;
  readonly whenDamaged: 'delete' | 'keep';
  /** What a warning says is lost while the file cannot be used: `nothing is remembered`; cannot be written: `what this run learned is not remembered`. */
  readonly whenUnusable: string;
  readonly whenUnwritable: string;
};

export type StoreFile = {
  readonly database: Database;
  readonly path: string;
  /** Of its tables: that of this program, unless the file could not be written so far. */
  readonly version: () => number;
  /** Brings the tables to the version of this program; a sentence why not, when meanwhile they are those of another. @throws what SQLite throws */
  readonly update: () => string | null;
  /** False once another file has taken this one's name: writing would then leave a journal beside a database that it does not belong to. */
  readonly isInPlace: () => boolean;
  /** Closes this file, takes it away and opens a new one; null, after a warning, when that fails. */
  readonly replace: (damage: string) => StoreFile | null;
  readonly close: () => void;
};

export type OpenOptions = {
  readonly directory: string;
  /** Of this process; null where there are none. */
  readonly uid: number | null;
  readonly warn: Warn;
};

/**
 * Opens a database file, made or migrated as needed; null, after a warning, when nothing can be remembered.
 *
 * It has a rollback journal, not a write-ahead log: so it can be read where nothing can be written, needs no shared memory (a shortened
 * file is an error, never a signal), and works on network file systems.
 * Source: SQLite, "Write-Ahead Logging", wal.html 1, and "File Locking And Concurrency", lockingv3.html.
 */
export function openStoreFile(kind: StoreKind, { directory, uid, warn }: OpenOptions): StoreFile | null {
  const sqlite = loadSqlite();
  if (typeof sqlite === 'string') {
    warn('store-unavailable', `nothing is remembered: the package @photostructure/sqlite cannot be loaded: ${sqlite}`);
    return null;
  }
  const path = join(directory, kind.fileName);
  const problem = prepareDirectory(directory, uid) ?? prepareFile(path);
  if (problem === null) return openFile(kind, { path, open: sqlite.open, warn, isReplacement: false });
  warn('store-unavailable', `the ${kind.name} cannot be used, ${kind.whenUnusable}: ${problem}`);
  return null;
}

type FileOptions = {
  readonly path: string;
  readonly open: (path: string) => Database;
  readonly warn: Warn;
  readonly isReplacement: boolean;
};

function openFile(kind: StoreKind, options: FileOptions): StoreFile | null {
  const { path, open, warn } = options;
  const identity = fileIdentity(path);
  const isInPlace = (): boolean => fileIdentity(path) === identity;
  let database: Database | null = null;
  const close = (): void => {
    if (database?.isOpen === true) database.close();
  };
  const replace = (damage: string): StoreFile | null => {
    close();
    // Where another process was faster, its new file is the one to open.
    const isOut = withLock(path, () => !isInPlace() || takeAway(kind, options, damage));
    if (isOut.kind === 'busy') {
      warn('store-unavailable', `the ${kind.name} ${path} is damaged (${damage}), ${kind.whenUnusable}: ${isOut.problem}`);
    }
    if (isOut.kind === 'busy' || !isOut.value) return null;
    const problem = prepareFile(path);
    if (problem === null) return openFile(kind, { ...options, isReplacement: true });
    warn('store-unavailable', `the ${kind.name} cannot be made anew, ${kind.whenUnusable}: ${problem}`);
    return null;
  };
  try {
    database = open(path);
    const fit = fitSchemaOrRead(kind, database);
    if (fit.kind === 'fits') return { database, path, isInPlace, replace, close, ...createVersion(kind, database, fit.version) };
    close();
    const code = fit.kind === 'newer' ? 'store-newer' : 'store-unavailable';
    warn(code, `the ${kind.name} ${path} ${fit.message}: it is left alone, ${kind.whenUnusable}`);
    return null;
  } catch (error) {
    const failure = sqliteFailure(error);
    if (failure === null) throw error;
    if (failure.kind === 'corrupt') return replace(failure.message);
    close();
    warn('store-unavailable', `the ${kind.name} ${path} cannot be used, ${kind.whenUnusable}: ${failure.message}`);
    return null;
  }
}

function createVersion(kind: StoreKind, database: Database, opened: number): Pick<StoreFile, 'version' | 'update'> {
  let version = opened;
  return {
    version: () => version,
    update: () => {
      if (version === kind.steps.length) return null;
      const fit = fitSchema(kind, database);
      if (fit.kind !== 'fits') return `it ${fit.message}`;
      ({ version } = fit);
      return null;
    },
  };
}

/** Once per run: a file that is damaged right after it was made says that the disk, or this program, is. */
function takeAway(kind: StoreKind, { path, warn, isReplacement }: FileOptions, damage: string): boolean {
  const keepAs = kind.whenDamaged === 'keep' ? nameForDamaged(path) : null;
  const problem = isReplacement ? 'it was made anew in this run already' : removeDatabase(path, keepAs);
  if (problem !== null) {
    warn('store-unavailable', `the ${kind.name} ${path} is damaged (${damage}), ${kind.whenUnusable}: ${problem}`);
    return false;
  }
  const where = keepAs === null ? 'it is deleted' : `it is kept as ${keepAs}`;
  warn('store-damaged', `the ${kind.name} ${path} is damaged (${damage}): ${where} and begun anew`);
  return true;
}

/** The first name that is free, so that what was kept earlier stays; the last one is used again. */
function nameForDamaged(path: string): string {
  const names = ['.damaged', '.damaged.1', '.damaged.2', '.damaged.3'].map((suffix) => path + suffix);
  return names.find((name) => !mayExist(name)) ?? `${path}.damaged.3`;
}
