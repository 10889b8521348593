import type { Memory, TagObservation } from '../check/ports.ts';
import { digestOf, type Digest } from '../core/digest.ts';
import { CLOCK_TOLERANCE_MS, DAY_MS } from './cache.ts';
import { createGuardedCache } from './guarded-cache.ts';
import { createPending } from './pending.ts';
import type { StoreFile } from './store-file.ts';
import type { Warnings } from './warnings.ts';

export type MemoryOptions = {
  /** null: nothing is kept beyond this run. */
  readonly file: StoreFile | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly maxDocumentBytes: number;
  readonly warnings: Warnings;
};

/** Written in one transaction when this much has gathered, or this long after the first of it: what a kill may cost. */
const FLUSH_AT = { count: 1_000, documentBytes: 4 * 1024 * 1024, ageMs: 2_000 } as const;

/** What a run may hold of documents that cannot be written. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** A fact is noted as used again after a week: its row is wide, and it stays for months. */
const FACT_USE_DAYS = 7;

/** A memory over a cache file, or over nothing: then it remembers until the end of the run. */
export function createMemory({ file, now, maxDocumentBytes, warnings }: MemoryOptions): Memory {
  const pending = createPending(Math.min(maxDocumentBytes, MAX_PENDING_BYTES));
  const cache = createGuardedCache(file, warnings.warn);
  const today = (): number => Math.floor(now() / DAY_MS);
  let pendingSince: number | null = null;

  const flush = (when: 'now' | 'at-close'): void => {
    if (!cache.write(pending.batch, { now: now(), maxDocumentBytes }, when)) return;
    pending.clear();
    pendingSince = null;
  };
  const flushWhenDue = (): void => {
    pendingSince ??= now();
    const isMuch = pending.count() >= FLUSH_AT.count || pending.documentBytes() >= FLUSH_AT.documentBytes;
    if (isMuch || now() - pendingSince >= FLUSH_AT.ageMs) flush('now');
  };
  const readKeptDocument = (digest: Digest): Uint8Array | null => {
    const kept = cache.read((tables) => tables.readDocument(digest));
    if (kept === null) return null;
    if (digestOf(kept.value, digest) !== digest) {
      warnings.warn('store-damaged', `the remembered document ${digest} was damaged: it is deleted`);
      pending.dropDocument(digest);
      return null;
    }
    if (kept.usedDay !== today()) pending.useDocument(digest);
    return kept.value;
  };
  const readKeptFacts = (keys: readonly string[]): readonly (readonly [string, string])[] => {
    if (keys.length === 0) return [];
    const kept = [...(cache.read((tables) => tables.readFacts(keys)) ?? [])];
    for (const [key, { usedDay }] of kept) {
      if (Math.abs(today() - usedDay) >= FACT_USE_DAYS) pending.useFact(key);
    }
    return kept.map(([key, { value }]) => [key, value]);
  };

  return {
    readTag: (repository, tag) =>
      pending.tag(repository, tag) ??
      believable(
        cache.read((tables) => tables.readTag(repository, tag)),
        now(),
      ),
    writeTag: (repository, tag, observation) => {
      pending.addTag({ repository, tag, observation });
      flushWhenDue();
    },
    readDocument: (digest) => pending.batch.documents.get(digest) ?? readKeptDocument(digest),
    writeDocument: (digest, bytes) => {
      pending.addDocument(digest, bytes);
      flushWhenDue();
    },
    readFacts: (keys) => {
      const learned = keys.flatMap((key) => {
        const json = pending.batch.facts.get(key);
        return json === undefined ? [] : [[key, json] as const];
      });
      return new Map([...readKeptFacts(keys), ...learned]);
    },
    writeFacts: (facts) => {
      pending.addFacts(facts);
      flushWhenDue();
    },
    findBases: () => [],
    readBases: () => [],
    writeBase: () => undefined,
    readBuildNote: () => null,
    writeBuildNote: () => undefined,
    warnings: warnings.all,
    close: () => {
      flush('at-close');
      cache.close();
    },
  };
}

/** An answer from the future was written under a wrong clock: how old it is, nobody knows. */
function believable(observation: TagObservation | null, now: number): TagObservation | null {
  return observation !== null && observation.observedAt > now + CLOCK_TOLERANCE_MS ? null : observation;
}
