import type { Memory, MemoryPart } from '../check/ports.ts';
import { CACHE } from './cache.ts';
import { createMemory } from './memory.ts';
import { STATE } from './state.ts';
import { NOWHERE, sourceIn } from './store-source.ts';

export type OpenMemoryOptions = {
  /** As `storeDirectories` gives it; null: this user has no place for it, and nothing is remembered. */
  readonly cacheDirectory: string | null;
  /** As `storeDirectories` gives it; null: this user has no place for it, and no base is remembered. */
  readonly stateDirectory: string | null;
  /** `state`: the cache is not touched. Default all. */
  readonly part?: MemoryPart;
  /** Of this process; null where there are none (Windows). */
  readonly uid: number | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Bound on all documents together, in bytes; the longest unused go first. Default 256 MiB. */
  readonly maxDocumentBytes?: number;
  /** The same of all lists of tags together. Default 64 MiB. */
  readonly maxListBytes?: number;
};

const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/**
 * Opens what is remembered between runs: two SQLite files that several processes may use at once. `cache.db` holds what can be asked again and is opened at
 * once; `state.db` holds what cannot, such as the bases that were seen and what the user holds back, and is opened when that is first asked for and made when
 * there is something to write.
 *
 * Never throws for the state of the disk: a file that is damaged, locked, newer or cannot be made or written costs a warning, and that
 * part of the memory then lasts as long as the run. What is learned is written in a few transactions, the last one at `close`, so `warnings` is
 * complete after `close`. A process that is killed loses what it learned in its last two seconds or so, and no one else anything.
 * Source: SQLite, "Atomic Commit In SQLite", atomiccommit.html; XDG Base Directory Specification 0.8 for the places.
 */
export function openMemory(options: OpenMemoryOptions): Memory {
  const { cacheDirectory, stateDirectory, now, maxDocumentBytes = MAX_DOCUMENT_BYTES, maxListBytes = MAX_LIST_BYTES } = options;
  return createMemory({
    cache: (warn) => {
      if (options.part === 'state') return NOWHERE;
      const file = sourceIn(cacheDirectory, { kind: CACHE, variable: 'XDG_CACHE_HOME', warn, ...options }).open();
      return { mayExist: () => true, open: () => file };
    },
    state: (warn) => sourceIn(stateDirectory, { kind: STATE, variable: 'XDG_STATE_HOME', warn, ...options }),
    now,
    maxDocumentBytes,
    maxListBytes,
  });
}

/** A memory that lasts as long as the run and touches no disk. */
export function createNullMemory(now: () => number): Memory {
  return createMemory({
    cache: () => NOWHERE,
    state: () => NOWHERE,
    now,
    maxDocumentBytes: MAX_DOCUMENT_BYTES,
    maxListBytes: MAX_LIST_BYTES,
  });
}
