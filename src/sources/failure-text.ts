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
