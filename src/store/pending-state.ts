import { createPendingBases, isBaseNews, type BaseBatch, type PendingBases } from './pending-bases.ts';
import { createPendingHolds, type HoldBatch, type PendingHolds } from './pending-holds.ts';
import { createPendingSightings, type PendingSightings, type SightingBatch } from './pending-sightings.ts';

/** What is to be written at once. */
export type StateBatch = { readonly bases: BaseBatch; readonly holds: HoldBatch; readonly sightings: SightingBatch };

/** What this run learned and did not write yet; where nothing can be written, the memory of this run. */
export type PendingState = {
  readonly bases: PendingBases;
  readonly holds: PendingHolds;
  readonly sightings: PendingSightings;
  readonly batch: StateBatch;
  readonly clear: () => void;
};

/** Nothing pending. */
export function createPendingState(): PendingState {
  const parts = { bases: createPendingBases(), holds: createPendingHolds(), sightings: createPendingSightings() };
  return {
    ...parts,
    batch: { bases: parts.bases.batch, holds: parts.holds.batch, sightings: parts.sightings.batch },
    clear: () => {
      for (const part of Object.values(parts)) part.clear();
    },
  };
}

/** True when there is nothing to write at all. */
export function isEmptyState({ bases, holds, sightings }: StateBatch): boolean {
  return bases.lines.size + bases.notes.size + holds.size + sightings.size === 0;
}

/** True when something was learned, or said by the user. */
export function isStateNews({ bases, holds, sightings }: StateBatch): boolean {
  return isBaseNews(bases) || holds.size + sightings.size > 0;
}
