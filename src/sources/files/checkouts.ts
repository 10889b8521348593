import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { NamedPath } from './named-paths.ts';

/** Whether a file may be read that another leads to. Absolute. */
export type IsInside = (path: string) => Promise<boolean>;

export const OUTSIDE = 'cannot be read: it lies outside of the checkout (name its folder with -f to have it read)';

/** Deeper than any checkout lies, and longer than any path that can be opened. */
const MOST_FOLDERS = 64;
const LONGEST_PATH = 4096;

/**
 * Tells of a file's folder what the file may lead to: a checkout may be anybody's, and must not have other files of this machine read and told of.
 *
 * That is what really lies, once symbolic links are followed, in the first folder upward that has `.git`, be it a folder or the file of a worktree; without one in
 * the working directory, where the file lies below it; else in its own folder. And whatever a person named, with all that is below it.
 */
export function createCheckouts(cwd: string, named: readonly NamedPath[]): (folder: string) => Promise<IsInside> {
  const repositories: Repositories = new Map();
  const paths = named.flatMap((path) => (path.kind === 'stdin' ? [] : [path.absolute]));
  let real: Promise<readonly string[]> | null = null;
  return async (folder) => {
    const from = await realPathOf(folder);
    const [working = cwd, ...chosen] = await (real ??= Promise.all([cwd, ...paths].map(realPathOf)));
    const root = (await findRepository(from, repositories)) ?? (isBelow(working, from) ? working : from);
    const allowed = [root, ...chosen];
    return async (path) => {
      const real = await realPathOf(path);
      return allowed.some((each) => isBelow(each, real));
    };
  };
}

/** The repository each folder lies in, null for none: most have their parent's. */
type Repositories = Map<string, Promise<string | null>>;

function findRepository(folder: string, known: Repositories, depth = 0): Promise<string | null> {
  const look = async (): Promise<string | null> => {
    if (await isThere(join(folder, '.git'))) return folder;
    const above = dirname(folder);
    return above === folder || depth >= MOST_FOLDERS ? null : findRepository(above, known, depth + 1);
  };
  const repository = known.get(folder) ?? look();
  known.set(folder, repository);
  return repository;
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Of what is not there the real path of the nearest folder that is, and the rest as it is written. */
async function realPathOf(path: string): Promise<string> {
  const rest: string[] = [];
  for (let at = path; path.length <= LONGEST_PATH; at = dirname(at)) {
    try {
      return join(await realpath(at), ...rest);
    } catch {
      if (dirname(at) === at) break;
      rest.unshift(basename(at));
    }
  }
  return path;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
