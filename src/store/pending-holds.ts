import type { KeptHold } from '../check/ports.ts';

/** What is to be written at once, by what is held; null: the hold is taken back. */
export type HoldBatch = ReadonlyMap<string, KeptHold | null>;

/** What the user said of holds and is not written yet. */
export type PendingHolds = {
  readonly batch: HoldBatch;
  readonly set: (hold: KeptHold) => void;
  readonly remove: (of: string) => void;
  /** What is kept, with what was said on top, sorted by what is held. */
  readonly overlay: (kept: readonly KeptHold[]) => readonly KeptHold[];
  readonly clear: () => void;
};

/** Nothing pending. */
export function createPendingHolds(): PendingHolds {
  const batch = new Map<string, KeptHold | null>();
  return {
    batch,
    set: (hold) => batch.set(hold.of, hold),
    remove: (of) => batch.set(of, null),
    overlay: (kept) =>
      [...kept.filter(({ of }) => !batch.has(of)), ...batch.values()]
        .filter((hold) => hold !== null)
        .sort((a, b) => (a.of < b.of ? -1 : 1)),
    clear: () => batch.clear(),
  };
}
