import { createHash } from 'node:crypto';
import { accessSync, constants, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportLock } from '../check/ports.ts';
import { prepareDirectory } from './directory.ts';
import { fileProblem, prepareFile } from './files.ts';
import { loadSqlite, sqliteFailure, type Database } from './sqlite.ts';

/** Whose report it is: `id` is any text. `uid`: of this process; null where there are none. */
export type LockOptions = {
  readonly directory: string;
  readonly uid: number | null;
  readonly id: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** How long between two tries, while which everything else in this process goes on. */
const PAUSE_MS = 50;

/** How long the end of a report waits for others that are just trying, so that it can take its file away: each is at it for a millisecond or so. */
const PATIENCE_AT_END_MS = 500;

/**
 * Lets one process at a time make the reports of one id, for as long as that takes: into a pager it may be an hour.
 *
 * What is held is a lock of the kernel on a file, as SQLite takes it on its databases, so it is gone with its process however that ends; the folder that
 * `withLock` makes is not, and has to be called stale by its age. Each id has an empty file of its own. It is opened and taken away only behind a gate, which is
 * held for a moment: so no process ever holds a file whose name is another's by now. One that was left behind by a killed process is used again by the next.
 *
 * Between machines that share a home directory it holds as far as their file system locks.
 * Source: SQLite, "File Locking And Concurrency In SQLite Version 3", lockingv3.html 3 and 6.
 */
export async function lockReport({ directory, uid, id, timeoutMs, signal }: LockOptions): Promise<ReportLock> {
  signal.throwIfAborted();
  const sqlite = loadSqlite();
  if (typeof sqlite === 'string') return unavailable(`the package @photostructure/sqlite cannot be loaded: ${sqlite}`);
  const problem = prepareDirectory(directory, uid);
  if (problem !== null) return unavailable(problem);
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16);
  const place: Place = { open: sqlite.open, gate: join(directory, 'reports.lock'), file: join(directory, `report-${hash}.lock`) };
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const taken = take(place);
    if (taken.kind === 'held') return { kind: 'held', release: createRelease(place, taken.database) };
    if (taken.kind === 'problem') return unavailable(taken.message);
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return { kind: 'busy' };
    await sleep(Math.min(PAUSE_MS, leftMs), undefined, { signal });
  }
}

type Place = { readonly open: (path: string) => Database; readonly gate: string; readonly file: string };

/** A file that is locked by this process; by another; or cannot be. */
type Held =
  | { readonly kind: 'held'; readonly database: Database }
  | { readonly kind: 'busy' }
  | { readonly kind: 'problem'; readonly message: string };

function unavailable(problem: string): ReportLock {
  return { kind: 'unavailable', problem };
}

function take({ open, gate, file }: Place): Held {
  const passed = hold(open, gate, 0);
  if (passed.kind !== 'held') return passed;
  try {
    return hold(open, file, 0);
  } finally {
    letGo(passed.database);
  }
}

/** Locks a file, which is made where there is none. */
function hold(open: Place['open'], path: string, patienceMs: number): Held {
  const problem = prepareFile(path) ?? unwritable(path);
  if (problem !== null) return { kind: 'problem', message: problem };
  let database: Database | null = null;
  try {
    database = open(path);
    database.exec(`pragma busy_timeout = ${patienceMs}; pragma journal_mode = memory; begin exclusive`);
    return { kind: 'held', database };
  } catch (error) {
    const failure = sqliteFailure(error);
    if (failure === null) throw error;
    database?.close();
    return failure.kind === 'busy' ? { kind: 'busy' } : { kind: 'problem', message: `${path} cannot be locked: ${failure.message}` };
  }
}

/**
 * Why a file cannot be written; null when it can. SQLite would open it all the same, and lock it for reading, which keeps no one out.
 *
 * It is not opened here: to close it would give up the locks that this process has on it. Source: POSIX.1-2017, fcntl().
 */
function unwritable(path: string): string | null {
  try {
    accessSync(path, constants.W_OK);
    return null;
  } catch (error) {
    return fileProblem(error);
  }
}

/** Can be called twice. Where the file cannot be taken away it stays, and harms no one. */
function createRelease({ open, gate, file }: Place, database: Database): () => void {
  return () => {
    if (!database.isOpen) return;
    const passed = hold(open, gate, PATIENCE_AT_END_MS);
    letGo(database);
    if (passed.kind !== 'held') return;
    try {
      rmSync(file, { force: true });
    } catch (error) {
      fileProblem(error);
    } finally {
      letGo(passed.database);
    }
  };
}

function letGo(database: Database): void {
  database.exec('rollback');
  database.close();
}
