import { mkdirSync, rmdirSync } from 'node:fs';
import { codeOf } from '../errors.ts';
import { fileProblem, statOrNull } from './files.ts';

/** A lock that old was left behind by a process that was killed: what is done under one takes some milliseconds. */
const STALE_AFTER_MS = 10_000;

const TRIES = 100;
const PAUSE_MS = 20;

/**
 * Does something to a file that only one process at a time may do, such as taking it away; `busy` when that is not to be had, and why.
 *
 * The lock is a folder beside the file, which exactly one process can make. Waiting stops this process, for two seconds at most.
 * @throws what `work` throws
 */
export function withLock<T>(path: string, work: () => T): Locked<T> {
  const lock = `${path}.lock`;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const taken = take(lock);
    if (typeof taken === 'string') return { kind: 'busy', problem: taken };
    if (taken) {
      try {
        return { kind: 'done', value: work() };
      } finally {
        release(lock);
      }
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  return { kind: 'busy', problem: `${lock} is held by another process` };
}

export type Locked<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'busy'; readonly problem: string };

/** Whether it is had now; a text: why it cannot be had. */
function take(lock: string): boolean | string {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return fileProblem(error);
    const held = statOrNull(lock);
    const isStale = held !== null && Date.now() - held.mtimeMs > STALE_AFTER_MS;
    return isStale ? (release(lock) ?? false) : false;
  }
}

/** null when it is gone; otherwise a sentence why not: something else lies there, or it may not be taken away. */
function release(lock: string): string | null {
  try {
    rmdirSync(lock);
    return null;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? null : fileProblem(error);
  }
}
