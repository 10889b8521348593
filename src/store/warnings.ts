import type { Warning } from '../check/ports.ts';

/**
 * What can be wrong with what is remembered.
 *
 * - `store-unavailable`: nothing is remembered in this run
 * - `store-unwritable`: what was remembered is read, nothing new is kept
 * - `store-newer`: written by a newer version of this program, left alone
 * - `store-damaged`: something had to be thrown away
 */
export type StoreWarning = 'store-unavailable' | 'store-unwritable' | 'store-newer' | 'store-damaged';

export type Warn = (code: StoreWarning, message: string) => void;

export type Warnings = { readonly warn: Warn; readonly all: () => readonly Warning[] };

/** Collects warnings, of each code only the first: what fails once in a run mostly fails a thousand times. */
export function createWarnings(): Warnings {
  const byCode = new Map<StoreWarning, Warning>();
  return {
    warn: (code, message) => {
      if (!byCode.has(code)) byCode.set(code, { code, message, image: null });
    },
    all: () => [...byCode.values()],
  };
}
