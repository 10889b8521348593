import { access, constants, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ImgupdateError } from '../../errors.ts';
import { sanitizeText } from '../../core/text.ts';
import { describeFailure } from './failure-text.ts';
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
    await access(absolute, stats.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK);
    if (stats.isDirectory()) return { kind: 'folder', absolute };
    if (stats.isFile()) return { kind: 'file', absolute, real: await realpath(absolute) };
    // A pipe such as /dev/fd/63 has no path of its own.
    if (stats.isFIFO() || stats.isCharacterDevice()) return { kind: 'file', absolute, real: absolute };
  } catch (error) {
    throw refuse(path, describeFailure(error), error);
  }
  throw refuse(path, 'expected a file or a folder, got a socket or a disk');
}

function refuse(path: string, message: string, cause?: unknown): ImgupdateError {
  const hint = 'name files or folders that are there, or - for standard input';
  return new ImgupdateError('usage', `cannot read ${path === '' ? '""' : sanitizeText(path, 200)}: ${message}`, { hint, cause });
}
