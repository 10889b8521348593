import { constants, fstat, open, type Stats } from 'node:fs';
import { access } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { adviseOnFailure, describeFailure } from '../failure-text.ts';
import { closeQuietly, type OpenFile } from './file-bytes.ts';
import type { ArchivePlace, ArchiveOptions } from './open-archive.ts';
import { showName, unreadable } from '../stored/unreadable.ts';

/** A file can be read at any place, a stream once. `leave`: ends the reading of a stream, also while it is waited for. */
export type Input =
  | { readonly kind: 'file'; readonly file: OpenFile }
  | { readonly kind: 'stream'; readonly chunks: AsyncIterable<Uint8Array>; readonly leave: () => void };

const openFile = promisify(open);
const statFile = promisify(fstat);

/**
 * Opens what a person named: a file, a pipe or standard input. What it is, is asked after it is open, so nothing can come between.
 * @throws ImgupdateError 'unreadable'
 */
export async function openInput(place: ArchivePlace, { cwd, openStdin, signal }: Omit<ArchiveOptions, 'verify'>): Promise<Input> {
  if (place.path === '-') return readStream(refuseTerminal(place, openStdin()), signal);
  const path = resolve(cwd, place.path);
  const { descriptor, stats } = await openPath(place, path);
  if (stats.isFile()) return { kind: 'file', file: { descriptor, size: stats.size, signal } };
  // It was opened without waiting for a writer, since a thread that waits in open(2) could not be told to stop.
  if (stats.isFIFO()) return readStream(new Socket({ fd: descriptor, readable: true, writable: false }), signal);
  await closeQuietly(descriptor);
  const what = stats.isDirectory() ? 'a folder' : 'a device';
  throw unreadable(place.label, `expected an archive, got ${what}`, {
    hint: stats.isDirectory() ? await hintForFolder(place.path, path) : null,
  });
}

/** Nobody types an archive; docker load refuses to wait for one, too. */
function refuseTerminal({ label }: ArchivePlace, chunks: AsyncIterable<unknown>): AsyncIterable<unknown> {
  if (!('isTTY' in chunks && chunks.isTTY === true)) return chunks;
  const transport = showName(label.slice(0, Math.max(0, label.indexOf(':'))));
  throw unreadable(label, 'expected an archive on standard input, got a terminal', {
    hint: `send it there: imgupdate list ${transport}:- < FILE`,
  });
}

async function openPath({ label }: ArchivePlace, path: string): Promise<{ descriptor: number; stats: Stats }> {
  try {
    const descriptor = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK, 0);
    return { descriptor, stats: await statFile(descriptor) };
  } catch (error) {
    throw unreadable(label, describeFailure(error), { hint: adviseOnFailure(error), cause: error });
  }
}

async function hintForFolder(written: string, path: string): Promise<string | null> {
  if (await exists(join(path, 'oci-layout'))) return `it is an OCI layout: imgupdate list oci:${showName(written)}`;
  if (await exists(join(path, 'manifest.json'))) return `pack it again: tar -cC ${showName(written)} . | imgupdate list docker-archive:-`;
  return null;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function readStream(chunks: AsyncIterable<unknown>, signal: AbortSignal): Input {
  const leaving = new AbortController();
  return {
    kind: 'stream',
    chunks: untilAborted(chunks, AbortSignal.any([signal, leaving.signal])),
    leave: () => {
      leaving.abort();
      // What is still open would keep the program running.
      if (chunks instanceof Readable) chunks.destroy();
    },
  };
}

/** A stream may never end; the run may. */
async function* untilAborted(chunks: AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextOf(iterator, signal);
      if (next.done === true) return;
      if (next.value instanceof Uint8Array) yield next.value;
    }
  } finally {
    // It may have to wait for what never comes.
    void iterator.return?.().catch(() => undefined);
  }
}

function nextOf<T>(iterator: AsyncIterator<T, unknown>, signal: AbortSignal): Promise<IteratorResult<T, unknown>> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
