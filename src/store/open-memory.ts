import type { Memory } from '../check/ports.ts';
import { CACHE } from './cache.ts';
import { createMemory } from './memory.ts';
import { openStoreFile } from './store-file.ts';
import { createWarnings } from './warnings.ts';

export type OpenMemoryOptions = {
  /** As `storeDirectories` gives it; null: this user has no place for it, and nothing is remembered. */
  readonly cacheDirectory: string | null;
  /** Of this process; null where there are none (Windows). */
  readonly uid: number | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Bound on all documents together, in bytes; the longest unused go first. Default 256 MiB. */
  readonly maxDocumentBytes?: number;
};

const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

/**
 * Opens what is remembered between runs: one SQLite file, `cache.db`, that several processes may use at once.
 *
 * Never throws for the state of the disk: a file that is damaged, locked, newer or cannot be made or written costs a warning, and the
 * memory then lasts as long as the run. What is learned is written in a few transactions, the last one at `close`, so `warnings` is
 * complete after `close`. A process that is killed loses what it learned in its last two seconds or so, and no one else anything.
 * Source: SQLite, "Atomic Commit In SQLite", atomiccommit.html; XDG Base Directory Specification 0.8 for the place.
 */
export function openMemory(options: OpenMemoryOptions): Memory {
  const { cacheDirectory, uid, now, maxDocumentBytes = MAX_DOCUMENT_BYTES } = options;
  const warnings = createWarnings();
  if (cacheDirectory === null) {
    warnings.warn('store-unavailable', 'nothing is remembered: neither a home directory nor XDG_CACHE_HOME is known');
    return createMemory({ file: null, now, maxDocumentBytes, warnings });
  }
  const file = openStoreFile(CACHE, { directory: cacheDirectory, uid, warn: warnings.warn });
  return createMemory({ file, now, maxDocumentBytes, warnings });
}

/** A memory that lasts as long as the run and touches no disk. */
export function createNullMemory(now: () => number): Memory {
  return createMemory({ file: null, now, maxDocumentBytes: MAX_DOCUMENT_BYTES, warnings: createWarnings() });
}
