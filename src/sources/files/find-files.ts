import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { FileProblem } from '../../core/file-reference.ts';
import { compareText } from '../../core/reference.ts';
import { describeFailure } from '../failure-text.ts';
import { kindOfName, mayBeDockerfile, mayBeManifest } from './file-names.ts';
import { showPath } from './show-path.ts';

const MOST_ENTRIES = 200_000;
const MOST_LEVELS = 64;
const NOT_ENTERED: ReadonlySet<string> = new Set(['.git', 'node_modules']);
const CHART = 'Chart.yaml';

/** A file that may name images. `real`: the same for the same file. `chart`: the folder of the Helm chart that it is in a folder of. */
export type FoundFile = {
  readonly name: string;
  readonly folder: string;
  readonly absolute: string;
  readonly real: string;
  readonly chart: string | null;
};

export type Found = { readonly files: readonly FoundFile[]; readonly problems: readonly FileProblem[] };

/**
 * Finds the files below a folder that may name images, in order of their paths.
 *
 * Not entered: `.git`, `node_modules`, what symbolic links lead to. A link to a file counts where it ends inside the folder, at a file that is not found by its own
 * name. Bounded to 200,000 entries and 64 levels; what is beyond is said.
 */
export async function findFiles(root: string, { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal }): Promise<Found> {
  const walk: Walk = { cwd, root, realRoot: await realpath(root), files: [], links: [], problems: [], entries: 0 };
  const parent = join(root, '..');
  const waiting: Folder[] = [{ absolute: root, level: 0, chart: (await isThere(join(parent, CHART))) ? parent : null }];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    signal.throwIfAborted();
    if (walk.entries > MOST_ENTRIES) break;
    for (const below of await enter(folder, walk)) waiting.push(below);
  }
  if (walk.entries > MOST_ENTRIES) tell(walk, root, `has more than ${MOST_ENTRIES} entries below it; not all were looked at`);
  await followLinks(walk);
  return { files: walk.files.sort((a, b) => compareText(a.absolute, b.absolute)), problems: walk.problems };
}

type Folder = { readonly absolute: string; readonly level: number; readonly chart: string | null };

type Walk = {
  readonly cwd: string;
  readonly root: string;
  readonly realRoot: string;
  readonly files: FoundFile[];
  readonly links: Omit<FoundFile, 'real'>[];
  readonly problems: FileProblem[];
  entries: number;
};

/** Notes the files of a folder. @returns the folders in it. */
async function enter(folder: Folder, walk: Walk): Promise<Folder[]> {
  const entries = await readFolder(folder, walk);
  const chart = entries.some(({ name }) => name === CHART) ? folder.absolute : folder.chart;
  const below: Folder[] = [];
  for (const entry of entries) {
    const absolute = join(folder.absolute, entry.name);
    const file = { name: entry.name, folder: folder.absolute, absolute, chart: folder.chart };
    if (entry.isDirectory()) {
      if (!NOT_ENTERED.has(entry.name)) below.push({ absolute, level: folder.level + 1, chart });
    } else if (kindOfName(entry.name) !== null || mayBeManifest(entry.name) || mayBeDockerfile(entry.name)) {
      if (entry.isFile()) walk.files.push({ ...file, real: walk.realRoot + absolute.slice(walk.root.length) });
      else if (entry.isSymbolicLink()) walk.links.push(file);
      else if (kindOfName(entry.name) !== null) tell(walk, absolute, 'is no regular file');
    }
  }
  if (folder.level < MOST_LEVELS || below.length === 0) return below;
  tell(walk, folder.absolute, `is ${MOST_LEVELS} folders deep; the folders in it were not looked at`);
  return [];
}

async function readFolder({ absolute }: Folder, walk: Walk): Promise<readonly Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(absolute, { bufferSize: 512 })) {
      walk.entries += 1;
      if (walk.entries > MOST_ENTRIES) break;
      entries.push(entry);
    }
  } catch (error) {
    tell(walk, absolute, `cannot be read: ${describeFailure(error)}`);
  }
  return entries;
}

/** Real files come first, then the links in order of their names. */
async function followLinks(walk: Walk): Promise<void> {
  const taken = new Set(walk.files.map(({ real }) => real));
  const inside = walk.realRoot.endsWith(sep) ? walk.realRoot : walk.realRoot + sep;
  for (const link of walk.links.sort((a, b) => compareText(a.absolute, b.absolute))) {
    // Most links with such names as `config.json` lead to nothing that names images.
    const say = kindOfName(link.name) === null ? () => undefined : (message: string) => tell(walk, link.absolute, message);
    try {
      const real = await realpath(link.absolute);
      if (taken.has(real)) continue;
      if (!real.startsWith(inside)) {
        say(`is a symbolic link that leads out of ${showPath(walk.cwd, walk.root)}; name it itself to have it read`);
      } else if ((await stat(real)).isFile()) {
        taken.add(real);
        walk.files.push({ ...link, real });
      }
    } catch (error) {
      say(`is a symbolic link that cannot be followed: ${describeFailure(error)}`);
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function tell(walk: Walk, absolute: string, message: string): void {
  walk.problems.push({ kind: 'unread', path: showPath(walk.cwd, absolute), line: null, column: null, message });
}
