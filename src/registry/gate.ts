import type { Stop } from './stop.ts';

/** Bounds how many requests one registry has in flight, and holds all of them while it asks to be left alone. */
export type Gate = {
  /** Waits for a place; gives the function that leaves it, or null when `stop` came first. */
  readonly enter: (stop: Stop) => Promise<(() => void) | null>;
  /** Halves the places and lets nobody in for `ms`. */
  readonly throttle: (ms: number) => void;
  /** A request went well: one more place after as many successes as there are places. */
  readonly succeeded: () => void;
};

/**
 * Makes a gate with `places` at most.
 *
 * Additive increase, multiplicative decrease: several refusals that arrive together count once. Source: RFC 5681 section 3.1, in spirit.
 */
export function createGate(places: number, sleep: (ms: number) => Promise<void>): Gate {
  const waiting = new Set<() => void>();
  let limit = places;
  let inside = 0;
  let successes = 0;
  let pauses = 0;

  const admit = (): void => {
    while (pauses === 0 && inside < limit) {
      const [next] = waiting;
      if (next === undefined) return;
      waiting.delete(next);
      inside++;
      next();
    }
  };

  const leaveOnce = (): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside--;
      admit();
    };
  };

  return {
    enter: (stop) =>
      new Promise((resolve) => {
        const enter = (): void => {
          forget();
          resolve(leaveOnce());
        };
        waiting.add(enter);
        const forget = stop.onStop(() => {
          waiting.delete(enter);
          resolve(null);
        });
        admit();
      }),
    throttle: (ms) => {
      if (pauses === 0) limit = Math.max(1, Math.floor(limit / 2));
      successes = 0;
      pauses++;
      const resume = (): void => {
        pauses--;
        admit();
      };
      void sleep(ms).then(resume, resume);
    },
    succeeded: () => {
      successes++;
      if (successes < limit || limit >= places) return;
      limit++;
      successes = 0;
      admit();
    },
  };
}
