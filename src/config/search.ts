import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { OriginKind } from '../core/configuration.ts';
import { sanitizeText } from '../core/text.ts';
import { codeOf, ImgupdateError } from '../errors.ts';

/** A configuration file that is there. */
export type FoundFile = {
  readonly kind: OriginKind;
  /** Absolute. */
  readonly path: string;
  /** As people know it: as it was named, else relative to the working directory or to `~`; safe to print. */
  readonly shown: string;
};

/** `files` nearest first; `sought` are places without one; `root` is the folder that a project's file must not lead out of. */
export type Search = {
  readonly files: readonly FoundFile[];
  readonly sought: readonly string[];
  readonly root: string;
  readonly warnings: readonly string[];
};

/** `platform` as in `process.platform`; `home` null where there is none; `cwd` absolute. */
export type SearchPlaces = {
  readonly cwd: string;
  readonly home: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
};

const PROJECT_NAMES = ['imgupdate.yaml', 'imgupdate.yml', 'imgupdate.json', '.imgupdate.yaml', '.imgupdate.yml', '.imgupdaterc'] as const;
const NAMES = ['config.yaml', 'config.yml', 'config.json'] as const;

/** Of the name of a file. */
export const LONGEST_SHOWN = 300;

/** Deeper than any project lies. */
const MOST_FOLDERS = 64;

/**
 * Looks for configuration files: from the working directory up to the repository's root, then where this user and this machine have theirs.
 *
 * The root is the first folder that holds `.git`, be it a folder or the file of a worktree; without one only the working directory itself is looked into. A folder
 * that may not be searched is passed over, the user's and the machine's with a warning: under sudo the home may be somebody else's.
 *
 * Nothing is read. The calls are synchronous because each takes microseconds, and nearly all find nothing.
 * Source: XDG Base Directory Specification 0.8 (a relative path is invalid and ignored).
 * @throws ImgupdateError 'usage' when one folder holds two of the names.
 */
export function findFiles(places: SearchPlaces): Search {
  const projects = foldersOf(places.cwd);
  const looks = [
    ...projects.map((folder) => look(folder, PROJECT_NAMES, 'project')),
    ...userFolders(places).map((folder) => look(folder, NAMES, 'user')),
    ...systemFolders(places).map((folder) => look(folder, NAMES, 'system')),
  ];
  return {
    files: looks.flatMap((seen) => chooseFile(seen, places)),
    sought: looks.filter(({ names }) => names.length === 0).map(({ folder, first }) => showPath(join(folder, first), places)),
    root: projects.at(-1) ?? places.cwd,
    warnings: looks.flatMap(({ kind, folder, refusal }) =>
      kind === 'project' || refusal === null ? [] : [`cannot look for a configuration in ${showPath(folder, places)}: ${refusal}`],
    ),
  };
}

/** Names a path as people know it: from the working directory where it is below it or right above it, from `~` below the home; safe to print. */
export function showPath(path: string, { cwd, home }: Pick<SearchPlaces, 'cwd' | 'home'>): string {
  const fromHere = relative(cwd, path);
  const isNear = !isAbsolute(fromHere) && (!fromHere.startsWith('..') || /^(?:\.\.[\\/])+[^\\/]+$/.test(fromHere));
  if (isNear) return sanitizeText(fromHere === '' ? '.' : fromHere.split(sep).join('/'), LONGEST_SHOWN);
  return sanitizeText(home !== null && path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path, LONGEST_SHOWN);
}

/** The working directory and those above it, up to the repository's root. */
function foldersOf(cwd: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = resolve(cwd); folders.length < MOST_FOLDERS; folder = dirname(folder)) {
    folders.push(folder);
    if (find(join(folder, '.git')) === 'there') return folders;
    if (dirname(folder) === folder) break;
  }
  return folders.slice(0, 1);
}

function userFolders({ home, env, platform }: SearchPlaces): readonly string[] {
  const chosen = below(env.XDG_CONFIG_HOME, 'imgupdate');
  if (chosen.length > 0) return chosen;
  return platform === 'win32' ? below(env.APPDATA, 'imgupdate') : below(home, '.config', 'imgupdate');
}

function systemFolders({ env, platform }: SearchPlaces): readonly string[] {
  return platform === 'win32' ? below(env.ProgramData, 'imgupdate') : ['/etc/imgupdate'];
}

function below(folder: string | null | undefined, ...names: readonly string[]): readonly string[] {
  return folder != null && isAbsolute(folder) ? [join(folder, ...names)] : [];
}

/** `names`: those of the files that are there; `first`: the one that is wanted most; `refusal`: why the folder cannot be searched. */
type Look = {
  readonly kind: OriginKind;
  readonly folder: string;
  readonly first: string;
  readonly names: readonly string[];
  readonly refusal: string | null;
};

function look(folder: string, names: readonly string[], kind: OriginKind): Look {
  const found = names.map((name) => ({ name, result: find(join(folder, name)) }));
  return {
    kind,
    folder,
    first: names[0] ?? '',
    names: found.filter(({ result }) => result === 'there').map(({ name }) => name),
    refusal: found.find(({ result }) => result !== 'there' && result !== 'absent')?.result ?? null,
  };
}

/** Whether there is something by that name, or the code by which the system refuses to say. What cannot be followed is there: reading it says what is wrong. */
function find(path: string): string {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined ? 'absent' : 'there';
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    if (code === 'ENOTDIR' || code === 'ENAMETOOLONG') return 'absent';
    return code === 'EACCES' || code === 'EPERM' ? code : 'there';
  }
}

function chooseFile({ kind, folder, names: [name, other] }: Look, places: SearchPlaces): readonly FoundFile[] {
  if (name === undefined) return [];
  const path = join(folder, name);
  const shown = showPath(path, places);
  if (other === undefined) return [{ kind, path, shown }];
  throw new ImgupdateError(
    'usage',
    `cannot tell which configuration is meant: there are ${shown} and ${showPath(join(folder, other), places)}`,
    {
      hint: 'keep one of them, or name one with --config',
    },
  );
}
