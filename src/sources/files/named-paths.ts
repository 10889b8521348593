import { access, constants, open, opendir, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ImgupdateError } from '../../errors.ts';
import { sanitizeText } from '../../core/text.ts';
import { describeFailure } from '../failure-text.ts';
import { STDIN } from './show-path.ts';

/** What a person named. `real`: the same for the same file. */
export type NamedPath =
  | { readonly kind: 'stdin' }
  | { readonly kind: 'folder'; readonly absolute: string }
  | { readonly kind: 'file'; readonly absolute: string; readonly real: string };

const STDIN_NAMES: ReadonlySet<string> = new Set([STDIN, '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/**
 * Looks at each named path, so that a mistyped one ends the run before anything is read; the same one named twice counts once.
 *
 * @throws ImgupdateError 'usage' for a path that is not there, may not be read, or is a socket or a disk.
 */
export async function resolveNamed(paths: readonly string[], cwd: string): Promise<readonly NamedPath[]> {
  const named = new Map<string, NamedPath>();
  for (const path of paths) {
    const found = STDIN_NAMES.has(path) ? { kind: 'stdin' as const } : await look(path, cwd);
    const key = found.kind === 'file' ? `file ${found.real}` : found.kind === 'folder' ? `folder ${found.absolute}` : found.kind;
    if (!named.has(key)) named.set(key, found);
  }
  return [...named.values()];
}

async function look(path: string, cwd: string): Promise<NamedPath> {
  if (path === '') throw refuse(path, 'no such file or folder');
  const absolute = resolve(cwd, path);
  try {
    const stats = await stat(absolute);
    if (stats.isDirectory()) {
      await (await opendir(absolute)).close();
      return { kind: 'folder', absolute };
    }
    if (stats.isFile()) {
      await (await open(absolute)).close();
      return { kind: 'file', absolute, real: await realpath(absolute) };
    }
    if (stats.isFIFO() || stats.isCharacterDevice()) {
      // To open a pipe and leave it would end it for its writer. Such as /dev/fd/63 have no path of their own.
      await access(absolute, constants.R_OK);
      return { kind: 'file', absolute, real: absolute };
    }
  } catch (error) {
    throw refuse(path, describeFailure(error), error);
  }
  throw refuse(path, 'expected a file or a folder, got a socket or a disk');
}

function refuse(path: string, message: string, cause?: unknown): ImgupdateError {
  const hint = 'name files or folders that are there, or - for standard input';
  return new ImgupdateError('usage', `cannot read ${path === '' ? '""' : sanitizeText(path, 200)}: ${message}`, { hint, cause });
}
