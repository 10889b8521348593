import { appendFile, chmod, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { ImgupdateError } from '../errors.ts';
import { statOrNull } from './files.ts';

/** `token`: in the name of the file that is written first, so that no two processes take the same. */
export type WriteOptions = { readonly token: string; readonly mode?: number | undefined };

/**
 * Writes a file whole or not at all: a reader never sees half of it, and a full disk leaves the old one.
 *
 * A link is followed and an existing file keeps its mode; a new one has `mode`, or what the umask leaves. What is no regular file (`/dev/null`, `/dev/stdout`, a pipe) is written to, never replaced.
 * @throws ImgupdateError 'cannot-write', naming the path.
 */
export async function writeWhole(path: string, text: string, { token, mode }: WriteOptions): Promise<void> {
  try {
    const existing = statOrNull(path);
    if (existing !== null && !existing.isFile()) {
      await writeFile(path, text);
      return;
    }
    const target = existing === null ? path : await realpath(path);
    const temporary = `${target}.${token}.tmp`;
    try {
      await writeFile(temporary, text, { flag: 'wx' });
      const kept = existing === null ? mode : existing.mode & 0o7777;
      if (kept !== undefined) await chmod(temporary, kept);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * Adds to the end of a file, which is made where there is none.
 *
 * @throws ImgupdateError 'cannot-write', naming the path.
 */
export async function appendTo(path: string, text: string): Promise<void> {
  await appendFile(path, text).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
}

function cannotWrite(path: string, error: unknown): ImgupdateError {
  return new ImgupdateError('cannot-write', `cannot write ${path}: ${describe(error)}`, {
    hint: 'name a file in a folder you may write to',
    cause: error,
  });
}

/** Node's words without the path, which may be the temporary one: `ENOENT: no such file or directory`. */
function describe(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, .*$/s, '') : String(error);
}
