import type { Stop } from './stop.ts';

/** One signal for a piece of work that must end. */
export type Deadline = {
  readonly signal: AbortSignal;
  /** Why `signal` aborted; null while it has not. */
  readonly cause: () => 'timeout' | 'stopped' | null;
  /** Frees the timer and the listeners. */
  readonly end: () => void;
};

/** Node fires longer timers at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Starts a deadline of `timeoutMs` that also ends when any of `stops` does. */
export function startDeadline(timeoutMs: number, stops: readonly Stop[]): Deadline {
  const controller = new AbortController();
  let cause: 'timeout' | 'stopped' | null = null;
  const abort = (why: 'timeout' | 'stopped'): void => {
    cause ??= why;
    controller.abort();
  };
  const timer = setTimeout(() => abort('timeout'), Math.min(timeoutMs, LONGEST_TIMER_MS));
  const forgets = stops.map((stop) => stop.onStop(() => abort('stopped')));
  return {
    signal: controller.signal,
    cause: () => cause,
    end: () => {
      clearTimeout(timer);
      for (const forget of forgets) forget();
    },
  };
}
