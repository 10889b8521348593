import { close, read } from 'node:fs';
import { promisify } from 'node:util';
import type { ByteSource } from './byte-source.ts';

const readAt = promisify(read);
const closeFile = promisify(close);

/** A file that is open; read by position, so by several at once. */
export type OpenFile = { readonly descriptor: number; readonly size: number; readonly signal: AbortSignal };

/** As much as a header needs, where the last read was elsewhere; more for one that follows the last. */
const FEWEST = 4096;
const MOST = 65_536;

/** The bytes of a file, where passing over some costs no read. Memory: at most 64 KiB, and what is peeked or taken at once. */
export function fromFile(file: OpenFile): ByteSource {
  let window: { readonly start: number; readonly bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };
  let position = 0;
  /** What of the window lies at the position; read anew where nothing does. */
  const look = async (count: number): Promise<Buffer> => {
    const held = window.bytes.subarray(position - window.start);
    const wanted = Math.min(count, Math.max(0, file.size - position));
    if (position >= window.start && held.length >= wanted) return held.subarray(0, wanted);
    const isNext = position >= window.start && position <= window.start + window.bytes.length;
    const length = Math.max(wanted, isNext ? Math.min(MOST, window.bytes.length * 2) : 0, FEWEST);
    const bytes = await readPart(file, position, length);
    window = { start: position, bytes };
    return bytes.subarray(0, wanted);
  };
  const take = async (count: number): Promise<Buffer> => {
    const bytes = await look(count);
    position += bytes.length;
    return bytes;
  };
  const skip = (count: number): Promise<number> => {
    const passed = Math.min(count, Math.max(0, file.size - position));
    position += passed;
    return Promise.resolve(passed);
  };
  const some = async (count: number): Promise<Buffer | null> => {
    const bytes = await take(Math.min(count, MOST));
    return bytes.length === 0 ? null : bytes;
  };
  return { position: () => position, peek: look, take, some, skip, close: () => Promise.resolve() };
}

/** The bytes at a place of a file; fewer than `length` only where it ends. */
export function readPart(file: OpenFile, start: number, length: number): Promise<Buffer> {
  return fill(file, start, Buffer.allocUnsafe(length));
}

async function fill({ descriptor, signal }: OpenFile, start: number, bytes: Buffer): Promise<Buffer> {
  let filled = 0;
  while (filled < bytes.length) {
    signal.throwIfAborted();
    const { bytesRead } = await readAt(descriptor, bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** A part of a file in chunks. It ends early where the file does. `passing`: a chunk is good until the next one is asked for, in the memory of one. */
export async function* readParts(
  file: OpenFile,
  { start, length, passing = false }: { readonly start: number; readonly length: number; readonly passing?: boolean },
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = passing ? Buffer.allocUnsafe(MOST) : null;
  for (let at = 0; at < length;) {
    const wanted = Math.min(MOST, length - at);
    const bytes = await fill(file, start + at, buffer?.subarray(0, wanted) ?? Buffer.allocUnsafe(wanted));
    if (bytes.length === 0) return;
    at += bytes.length;
    yield bytes;
  }
}

export async function closeQuietly(descriptor: number): Promise<void> {
  await closeFile(descriptor).catch(() => undefined);
}
