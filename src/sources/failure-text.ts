import { codeOf } from '../errors.ts';
import { sanitizeText } from '../core/text.ts';

const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file or folder'],
  ['ENOTDIR', 'no such file or folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ELOOP', 'its symbolic links lead nowhere'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['EISDIR', 'is a folder'],
  ['ENXIO', 'is no file'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
]);

/** What the system said of a file or folder, in the words of a person. Source: POSIX, errno.h. */
export function describeFailure(error: unknown): string {
  const code = codeOf(error);
  if (code !== null) return WORDS.get(code) ?? code;
  return sanitizeText(error instanceof Error ? error.message : String(error), 200);
}

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'write its path as it is from here, or from the root'],
  ['ENOTDIR', 'write its path as it is from here, or from the root'],
  ['EACCES', 'run this as a user who may read it'],
  ['EPERM', 'run this as a user who may read it'],
  ['EMFILE', 'raise the limit of open files: ulimit -n'],
  ['ENFILE', 'raise the limit of open files: ulimit -n'],
]);

/** What to do about it; null where that is not known. */
export function adviseOnFailure(error: unknown): string | null {
  return ADVICE.get(codeOf(error) ?? '') ?? null;
}
