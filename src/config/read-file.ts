import { type FileHandle, open, stat } from 'node:fs/promises';
import { codeOf } from '../errors.ts';
import { malformed, type Parsed, parsed } from '../core/parsed.ts';

/** Larger than any configuration. */
export const MOST_BYTES = 1_000_000;

/**
 * Reads a file that is text in UTF-8.
 *
 * What was found has to be a regular file, as a pipe in somebody's checkout would wait for ever; what was named may be one: `--config <(generate)`.
 * @returns why it cannot be read: `it is a folder`, `EACCES`.
 */
export async function readConfigurationFile(path: string, { isNamed }: { readonly isNamed: boolean }): Promise<Parsed<string>> {
  let file: FileHandle | null = null;
  try {
    if (!isNamed) {
      const refusal = await refuseOther(path);
      if (refusal !== null) return malformed(refusal);
    }
    file = await open(path, 'r');
    return decode(await readBounded(file));
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    return malformed(MEANINGS.get(code) ?? code);
  } finally {
    await file?.close();
  }
}

const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'permission denied'],
  ['ELOOP', 'it is a symbolic link that leads nowhere'],
]);

async function refuseOther(path: string): Promise<string | null> {
  const stats = await stat(path);
  if (stats.isFile()) return null;
  return stats.isDirectory() ? 'it is a folder' : 'it is no regular file';
}

/** One byte more than is allowed tells that there is too much. */
async function readBounded(file: FileHandle): Promise<Uint8Array> {
  const buffer = new Uint8Array(MOST_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function decode(bytes: Uint8Array): Parsed<string> {
  if (bytes.length > MOST_BYTES) return malformed(`expected at most ${MOST_BYTES} bytes`);
  try {
    return parsed(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) return malformed('expected text in UTF-8');
    throw error;
  }
}
