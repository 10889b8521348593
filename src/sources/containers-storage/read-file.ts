import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { codeOf } from '../../errors.ts';
import { describeFailure } from '../failure-text.ts';

/** A file that was read whole, or why it was not. */
export type FileRead =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly why: string; readonly cause: unknown };

/**
 * Reads a regular file of at most `maxBytes`. Never waits for a FIFO, never opens a device for good, and follows a symbolic link only where one may be.
 *
 * Rejects for what is no fault of the file: a missing file and one that may not be read are values.
 */
export async function readRegularFile(
  path: string,
  maxBytes: number,
  { mayBeLink = false }: { readonly mayBeLink?: boolean } = {},
): Promise<FileRead> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (mayBeLink ? 0 : constants.O_NOFOLLOW));
  } catch (error) {
    return explain(error);
  }
  try {
    const status = await file.stat();
    if (!status.isFile()) return refused(`expected a regular file, got ${status.isDirectory() ? 'a folder' : 'something else'}`);
    if (status.size > maxBytes) return refused(`expected at most ${maxBytes} bytes, got ${status.size}`);
    return { kind: 'read', bytes: await readWhole(file, status.size) };
  } catch (error) {
    return explain(error);
  } finally {
    await file.close();
  }
}

/** As many bytes as there are, and no more than there were when it was opened. */
async function readWhole(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** What opening tells of what is no regular file. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ELOOP', 'expected a regular file, got a symbolic link'],
  ['ENXIO', 'expected a regular file, got something else'],
  ['EISDIR', 'expected a regular file, got a folder'],
]);

function explain(error: unknown): FileRead {
  const code = codeOf(error);
  if (code === null) throw error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
  return refused(REASONS.get(code) ?? describeFailure(error), error);
}

function refused(why: string, cause?: unknown): FileRead {
  return { kind: 'refused', why, cause };
}
