import type { Memory } from '../check/ports.ts';
import { createCacheMemory } from './cache-memory.ts';
import type { StoreSource } from './guarded-store.ts';
import { createStateMemory } from './state-memory.ts';
import { createWarnings, type Warn } from './warnings.ts';

export type MemoryOptions = {
  readonly cache: (warn: Warn) => StoreSource;
  readonly state: (warn: Warn) => StoreSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly maxDocumentBytes: number;
  readonly maxListBytes: number;
};

/** A memory over two files, each of which works or fails on its own. */
export function createMemory({ cache, state, now, maxDocumentBytes, maxListBytes }: MemoryOptions): Memory {
  const ofCache = createWarnings();
  const ofState = createWarnings();
  const cacheMemory = createCacheMemory({ source: cache(ofCache.warn), now, maxDocumentBytes, maxListBytes, warn: ofCache.warn });
  const stateMemory = createStateMemory({ source: state(ofState.warn), now, warn: ofState.warn });
  return {
    ...cacheMemory,
    ...stateMemory,
    warnings: () => {
      const said = new Set(ofCache.all().map(({ message }) => message));
      return [...ofCache.all(), ...ofState.all().filter(({ message }) => !said.has(message))];
    },
    close: () => {
      stateMemory.close();
      cacheMemory.close();
    },
  };
}
