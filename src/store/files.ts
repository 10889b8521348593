import { chmodSync, closeSync, openSync, renameSync, rmSync, statSync, type Stats } from 'node:fs';

/** What lies at a path; null when there is nothing. @throws what the file system throws for any other failure */
export function statOrNull(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

/** False only when there certainly is nothing at a path. */
export function mayExist(path: string): boolean {
  try {
    return statOrNull(path) !== null;
  } catch (error) {
    fileProblem(error);
    return true;
  }
}

/** Takes the permissions of everyone but the owner away, where there are any and where that is possible. */
export function tighten(path: string, stats: Stats): void {
  if ((stats.mode & 0o077) === 0) return;
  try {
    chmodSync(path, stats.mode & 0o700);
  } catch (error) {
    fileProblem(error); // a read-only file system: what is there can still be read
  }
}

/**
 * Sees to it that a file exists that only this user can read; null when it does, otherwise a sentence why not.
 *
 * SQLite gives its journal the mode of the database. Source: SQLite, os_unix.c, findCreateFileMode().
 */
export function prepareFile(path: string): string | null {
  try {
    const existing = statOrNull(path);
    if (existing === null) closeSync(openSync(path, 'a', 0o600));
    else if (!existing.isFile()) return `${path} is not a file`;
    else tighten(path, existing);
    return null;
  } catch (error) {
    return fileProblem(error);
  }
}

/** What tells a file from another that took its name; null when it cannot be seen. */
export function fileIdentity(path: string): string | null {
  try {
    const stats = statSync(path, { bigint: true });
    return `${stats.dev}:${stats.ino}`;
  } catch (error) {
    fileProblem(error);
    return null;
  }
}

/**
 * Takes a damaged database away; null when that worked, otherwise a sentence why not.
 *
 * Its journal goes first: one that is left behind would be played into the next database of that name.
 * `keepAs`: the name under which it stays; null: it is deleted.
 * Source: SQLite, "How To Corrupt An SQLite Database File", 1.4 and 4.2.
 */
export function removeDatabase(path: string, keepAs: string | null): string | null {
  try {
    rmSync(`${path}-journal`, { force: true });
    if (keepAs === null) rmSync(path, { force: true });
    else renameSync(path, keepAs);
    return null;
  } catch (error) {
    return fileProblem(error);
  }
}

/** The message of an error of the file system. @throws any other error */
export function fileProblem(error: unknown): string {
  if (error instanceof Error && 'syscall' in error) return error.message;
  throw error;
}
