import { constants, createReadStream, open as openRaw, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { describeFailure } from '../failure-text.ts';

const MIB = 1024 * 1024;

/** Bytes of a file that is read. */
export const MOST_BYTES = { dockerfile: 16 * MIB, compose: 16 * MIB, kubernetes: 256 * MIB, list: 16 * MIB } as const;

export const NO_TEXT = 'is no text: it has NUL characters';

/** How a manifest begins is told by so much of it. */
const HEAD_BYTES = MIB;
const CHUNK_BYTES = 128 * 1024;

/** `isNamed`: a person named the file, so it may be a pipe or a device that can be read like one. */
export type ReadOptions = { readonly maxBytes: number; readonly isNamed: boolean; readonly signal: AbortSignal };

/**
 * Reads a text as UTF-8, without its byte order mark; bytes that are no UTF-8 become U+FFFD.
 *
 * A pipe is waited for, and left when the run ends.
 * @returns one sentence when it cannot be read, is too long, or is no text. Rejects only when aborted.
 */
export async function readText(path: string, options: ReadOptions): Promise<Parsed<string>> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return malformed('is a folder, expected a file');
    const stream = await openStream(path, stats, options);
    return stream === null ? malformed('is no regular file') : await collectText(stream, options.maxBytes);
  } catch (error) {
    options.signal.throwIfAborted();
    return malformed(`cannot be read: ${describeFailure(error)}`);
  }
}

/** Whether the beginning of a file has this in it; one sentence when it cannot be read. */
export async function beginsWith(path: string, words: string): Promise<Parsed<boolean>> {
  try {
    // What became a pipe in the meantime must not be waited for.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(Math.max(1, Math.min(size, HEAD_BYTES))));
      return parsed(buffer.subarray(0, bytesRead).includes(words));
    } finally {
      await handle.close();
    }
  } catch (error) {
    return malformed(`cannot be read: ${describeFailure(error)}`);
  }
}

async function openStream(path: string, stats: Stats, { isNamed, signal }: ReadOptions): Promise<Readable | null> {
  if (stats.isFile()) return createReadStream(path, { highWaterMark: CHUNK_BYTES, signal });
  if (!isNamed) return null;
  if (stats.isCharacterDevice()) return createReadStream(path, { signal });
  if (!stats.isFIFO()) return null;
  // Opened without waiting for a writer: a thread that waits in open(2) could not be told to stop.
  const fd = await promisify(openRaw)(path, constants.O_RDONLY | constants.O_NONBLOCK, 0);
  return new Socket({ fd, readable: true, writable: false, signal });
}

/** Reads a stream of bytes as `readText` does a file. Rejects with what the stream does. */
export async function collectText(stream: AsyncIterable<unknown>, maxBytes: number): Promise<Parsed<string>> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) continue;
    if (chunk.includes(0)) return malformed(NO_TEXT);
    total += chunk.length;
    if (total > maxBytes) return malformed(`is longer than the ${maxBytes / MIB} MiB that are read`);
    chunks.push(chunk);
  }
  return parsed(new TextDecoder().decode(Buffer.concat(chunks)));
}
