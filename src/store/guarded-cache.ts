import { createCache, type Cache, type WriteOptions } from './cache.ts';
import { isEmptyBatch, isNews, type Batch } from './pending.ts';
import { PATIENCE_MS, sqliteFailure, type SqliteFailure } from './sqlite.ts';
import type { StoreFile } from './store-file.ts';
import type { Warn } from './warnings.ts';

/** The cache as long as it works; what fails becomes one warning, and from then on it is as if there were nothing. */
export type GuardedCache = {
  /** null when there is no cache, or not any more. */
  readonly read: <T>(work: (cache: Cache) => T) => T | null;
  /** False when the batch still has to be kept in memory. A cache that is locked before the end of the run is written at its end. */
  readonly write: (batch: Batch, options: Omit<WriteOptions, 'patienceMs'>, when: 'now' | 'at-close') => boolean;
  readonly close: () => void;
};

/** In the midst of a run requests are under way, whose deadlines do not wait. */
const PATIENCE_MIDWAY_MS = 100;

/** Takes a damaged file away and goes on with a new one, once. */
export function createGuardedCache(first: StoreFile | null, warn: Warn): GuardedCache {
  let file = first;
  let cache: Cache | null = null;
  let writing: 'allowed' | 'at-close' | 'given-up' = 'allowed';

  const close = (): void => {
    file?.close();
    file = null;
    cache = null;
  };
  const attempt = <T>(opened: StoreFile, work: (cache: Cache) => T): Attempt<T> => {
    try {
      cache ??= createCache(opened.database);
      return { ok: true, value: work(cache) };
    } catch (error) {
      const failure = sqliteFailure(error);
      if (failure === null) throw error;
      if (failure.kind === 'corrupt') {
        cache = null;
        file = opened.replace(failure.message);
      }
      return { ok: false, failure };
    }
  };
  const giveUpWriting = (path: string, message: string): void => {
    writing = 'given-up';
    warn('store-unwritable', `the cache ${path} cannot be written, what this run learned is not remembered: ${message}`);
  };

  const write: GuardedCache['write'] = (batch, options, when) => {
    if (isEmptyBatch(batch)) return true;
    if (file === null || writing === 'given-up' || (writing === 'at-close' && when === 'now')) return false;
    const { path } = file;
    if (!file.isInPlace()) {
      giveUpWriting(path, 'it was taken away during the run');
      return false;
    }
    const tried = attempt(file, (tables) =>
      tables.write(batch, { ...options, patienceMs: when === 'now' ? PATIENCE_MIDWAY_MS : PATIENCE_MS }),
    );
    if (tried.ok) return true;
    if (tried.failure.kind === 'corrupt') return write(batch, options, when);
    if (tried.failure.kind === 'busy' && when === 'now') writing = 'at-close';
    else if (isNews(batch)) giveUpWriting(path, tried.failure.message);
    else writing = 'given-up';
    return false;
  };

  return {
    read: (work) => {
      if (file === null) return null;
      const { path } = file;
      const tried = attempt(file, work);
      if (tried.ok) return tried.value;
      if (tried.failure.kind === 'corrupt') return null;
      warn('store-unavailable', `the cache ${path} cannot be read, nothing is remembered: ${tried.failure.message}`);
      close();
      return null;
    },
    write,
    close,
  };
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: SqliteFailure };
