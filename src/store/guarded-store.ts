import { PATIENCE_MS, sqliteFailure, withPatience, type Database, type SqliteFailure } from './sqlite.ts';
import type { StoreFile, StoreKind } from './store-file.ts';
import type { Warn } from './warnings.ts';

/** One file's tables as long as they work; what fails becomes one warning, and from then on it is as if there were nothing. */
export type GuardedStore<Tables> = {
  /** null when there is no file, or not any more. */
  readonly read: <T>(work: (tables: Tables) => T) => T | null;
  /** False when what is to be written still has to be kept in memory. A file that is locked before the end of the run is written at its end. */
  readonly write: (writing: Writing<Tables>, when: When) => boolean;
  readonly close: () => void;
};

export type When = 'now' | 'at-close';

/** What is to be written: `work` does it in one transaction. What is no news is not worth a warning when it cannot be written. */
export type Writing<Tables> = { readonly isEmpty: boolean; readonly isNews: boolean; readonly work: (tables: Tables) => void };

/** Where a file comes from. It is opened once, by the first write, or by the first read after which it may be there. */
export type StoreSource = { readonly mayExist: () => boolean; readonly open: () => StoreFile | null };

export type GuardOptions<Tables> = {
  readonly kind: StoreKind;
  readonly source: StoreSource;
  /** `version`: of the tables that are there, less than the program's in a file that cannot be written. */
  readonly createTables: (database: Database, version: number) => Tables;
  readonly warn: Warn;
};

/** In the midst of a run requests are under way, whose deadlines do not wait. */
const PATIENCE_MIDWAY_MS = 100;

/** Takes a damaged file away and goes on with a new one, once. */
export function createGuardedStore<Tables>({ kind, source, createTables, warn }: GuardOptions<Tables>): GuardedStore<Tables> {
  let file: StoreFile | null = null;
  let isOpened = false;
  let tables: Tables | null = null;
  let writing: 'allowed' | 'at-close' | 'given-up' = 'allowed';

  const openFor = (purpose: 'read' | 'write'): StoreFile | null => {
    if (!isOpened && (purpose === 'write' || source.mayExist())) {
      isOpened = true;
      file = source.open();
    }
    return file;
  };
  const close = (): void => {
    file?.close();
    file = null;
    isOpened = true;
    tables = null;
  };
  const tablesOf = ({ database, version }: StoreFile): Tables => (tables ??= createTables(database, version()));
  const attempt = <T>(opened: StoreFile, work: () => T): Attempt<T> => {
    try {
      return { ok: true, value: work() };
    } catch (error) {
      const failure = sqliteFailure(error);
      if (failure === null) throw error;
      if (failure.kind === 'corrupt') {
        tables = null;
        file = opened.replace(failure.message);
      }
      return { ok: false, failure };
    }
  };
  const giveUpWriting = (path: string, message: string): void => {
    writing = 'given-up';
    warn('store-unwritable', `the ${kind.name} ${path} cannot be written, ${kind.whenUnwritable}: ${message}`);
  };

  const write: GuardedStore<Tables>['write'] = (news, when) => {
    if (news.isEmpty) return true;
    if (writing === 'given-up' || (writing === 'at-close' && when === 'now')) return false;
    const opened = openFor('write');
    if (opened === null) return false;
    const { path, database } = opened;
    if (!opened.isInPlace()) {
      giveUpWriting(path, 'it was taken away during the run');
      return false;
    }
    const writeUpdated = (): string | null => {
      if (opened.version() < kind.steps.length) tables = null;
      const problem = opened.update();
      if (problem === null) news.work(tablesOf(opened));
      return problem;
    };
    const patienceMs = when === 'now' ? PATIENCE_MIDWAY_MS : PATIENCE_MS;
    const tried = attempt(opened, () => withPatience(database, patienceMs, writeUpdated));
    if (tried.ok && tried.value !== null) giveUpWriting(path, tried.value);
    if (tried.ok) return tried.value === null;
    if (tried.failure.kind === 'corrupt') return write(news, when);
    if (tried.failure.kind === 'busy' && when === 'now') writing = 'at-close';
    else if (news.isNews) giveUpWriting(path, tried.failure.message);
    else writing = 'given-up';
    return false;
  };

  return {
    read: (work) => {
      const opened = openFor('read');
      if (opened === null) return null;
      const tried = attempt(opened, () => work(tablesOf(opened)));
      if (tried.ok) return tried.value;
      if (tried.failure.kind === 'corrupt') return null;
      warn('store-unavailable', `the ${kind.name} ${opened.path} cannot be read, ${kind.whenUnusable}: ${tried.failure.message}`);
      close();
      return null;
    },
    write,
    close,
  };
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: SqliteFailure };
