import { mkdirSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../errors.ts';
import { fileProblem, statOrNull, tighten } from './files.ts';

/**
 * Makes a directory that only this user may enter, or tightens it; null when it may be used, otherwise a sentence why not.
 *
 * A directory of another user is not used: what lies there cannot be trusted, and what root would leave there its owner could not use.
 * `uid`: of this process; null where there are none.
 * Source: XDG Base Directory Specification 0.8, "Referencing this specification": directories are made with permission 0700.
 */
export function prepareDirectory(directory: string, uid: number | null): string | null {
  try {
    const existing = statOrNull(directory);
    if (existing === null) return make(directory, uid);
    if (!existing.isDirectory()) return `${directory} is not a directory`;
    if (uid === null) return null;
    if (existing.uid !== uid) return `${directory} belongs to user ${existing.uid}, not to user ${uid}`;
    tighten(directory, existing);
    return null;
  } catch (error) {
    return fileProblem(error);
  }
}

function make(directory: string, uid: number | null): string | null {
  const owner = nearestExisting(directory).uid;
  if (uid === 0 && owner !== 0) return `${directory} would be made by root in a directory of user ${owner}`;
  makeWithParents(directory);
  return null;
}

/** One by one: where the system answers ENOENT below a folder that exists (/proc, an automounter), node's own `recursive` tries for ever. */
function makeWithParents(directory: string): void {
  if (statOrNull(directory) !== null) return;
  makeWithParents(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error; // another process was faster
  }
}

function nearestExisting(path: string): Stats {
  const parent = dirname(path);
  return statOrNull(parent) ?? nearestExisting(parent);
}
