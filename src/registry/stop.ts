/** An AbortSignal that thousands may listen to: it has one listener of its own, and leaving costs nothing. */
export type Stop = {
  readonly signal: AbortSignal;
  /** Calls `listener` when the signal aborts, at once if it has; gives the function that takes it back. */
  readonly onStop: (listener: () => void) => () => void;
};

/** What is said of a host whose answer came too late for that. */
export const NOT_WAITED_FOR = 'was not waited for any longer: the run ended';

/** Listens to a signal on behalf of many. */
export function createStop(signal: AbortSignal): Stop {
  const listeners = new Set<() => void>();
  const tellAll = (): void => {
    for (const listener of [...listeners]) listener();
    listeners.clear();
  };
  signal.addEventListener('abort', tellAll, { once: true });
  return {
    signal,
    onStop: (listener) => {
      if (signal.aborted) listener();
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Waits for `work` unless `stop` comes first; then null. The work itself goes on. */
export function unlessStopped<T>(work: Promise<T>, stop: Stop): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const forget = stop.onStop(() => resolve(null));
    work.then(resolve, reject).finally(forget);
  });
}
