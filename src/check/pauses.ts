import { setImmediate } from 'node:timers/promises';

/** Some milliseconds of deciding. */
const STEPS_BETWEEN = 32;

/**
 * Makes what work that asks nobody awaits at each of its many steps, so that a signal is heard: every few steps all of it pauses for what else is due.
 *
 * It rejects with the signal's reason once that is aborted.
 */
export function createPauses(signal: AbortSignal): () => Promise<void> {
  let steps = 0;
  let pause: Promise<unknown> = Promise.resolve();
  return async () => {
    steps += 1;
    if (steps % STEPS_BETWEEN === 0) pause = setImmediate();
    await pause;
    signal.throwIfAborted();
  };
}
