import type { When } from './guarded-store.ts';

/** When what a run learned is written. */
export type WriteBehind = {
  /** To be called after something was learned: writes what is pending when it is due. */
  readonly noteNews: () => void;
  readonly flush: (when: When) => void;
};

export type WriteBehindOptions = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly isMuch: () => boolean;
  /** Writes and forgets what is pending; false when it still is. */
  readonly write: (when: When) => boolean;
};

/** How long after the first of it what was learned is written: what a kill may cost. */
const MAX_AGE_MS = 2_000;

/** Gathers what a run learns, so that it is written in a few transactions. */
export function createWriteBehind({ now, isMuch, write }: WriteBehindOptions): WriteBehind {
  let pendingSince: number | null = null;
  const flush = (when: When): void => {
    if (write(when)) pendingSince = null;
  };
  return {
    noteNews: () => {
      pendingSince ??= now();
      if (isMuch() || now() - pendingSince >= MAX_AGE_MS) flush('now');
    },
    flush,
  };
}
