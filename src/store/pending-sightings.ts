import { renderRepository, type Repository } from '../core/reference.ts';

/** What is to be written at once. */
export type SightingBatch = ReadonlyMap<string, PendingSightingsOf>;

/** Tags of one repository, and when each was first seen: milliseconds since the epoch. */
export type PendingSightingsOf = { readonly repository: Repository; readonly seenAt: ReadonlyMap<string, number> };

/** The tags this run saw for the first time and did not write yet. */
export type PendingSightings = {
  readonly batch: SightingBatch;
  readonly of: (repository: Repository) => ReadonlyMap<string, number>;
  /** Of a tag that is pending already the earlier time stays. Beyond the bound nothing is added. */
  readonly add: (repository: Repository, tags: readonly string[], seenAt: number) => void;
  readonly count: () => number;
  readonly clear: () => void;
};

/** What a run may hold of sightings that cannot be written. */
const MAX_PENDING = 500_000;

/** Nothing pending. */
export function createPendingSightings(): PendingSightings {
  const batch = new Map<string, { readonly repository: Repository; readonly seenAt: Map<string, number> }>();
  let count = 0;
  return {
    batch,
    of: (repository) => batch.get(renderRepository(repository))?.seenAt ?? NOTHING,
    add: (repository, tags, seenAt) => {
      if (tags.length === 0) return;
      const known = batch.get(renderRepository(repository))?.seenAt ?? new Map<string, number>();
      batch.set(renderRepository(repository), { repository, seenAt: known });
      for (const tag of tags) {
        const before = known.get(tag);
        if (before === undefined && count >= MAX_PENDING) return;
        if (before === undefined) count += 1;
        known.set(tag, Math.min(before ?? seenAt, seenAt));
      }
    },
    count: () => count,
    clear: () => {
      batch.clear();
      count = 0;
    },
  };
}

const NOTHING: ReadonlyMap<string, number> = new Map();
