import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { sanitizeText } from '../../core/text.ts';
import { fromChunks } from './byte-source.ts';
import type { Compression } from './look-alikes.ts';
import { unreadable } from '../stored/unreadable.ts';
import { zstdPieces } from './zstd-frames.ts';

/** What a few bytes may become: more than that, beyond so much, is no image but a bomb. */
const MAX_RATIO = 100;
const FREE_BYTES = 8 * 1024 ** 3;

/** Larger ones are faster, but what was read stays in memory longer: with 128 KiB an archive of 2 GiB took 107 MB, with 32 KiB 90 MB and half as long again. */
const CHUNK_BYTES = 32 * 1024;

/**
 * Decompresses what comes, as it comes: gzip of one or several members, zstd of one or several frames.
 *
 * Memory: a few chunks, and for zstd the frame's window of at most 128 MiB. `what`: what is compressed, for messages.
 * Source: RFC 1952; RFC 8878.
 * @throws ImgupdateError 'unreadable' where it breaks off, is damaged, or becomes more than a hundred times as much beyond 8 GiB; else what `chunks` throws.
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
  { label, what }: { readonly label: string; readonly what: string },
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = watch(chunks);
  let out = 0;
  try {
    for await (const chunk of inflate(source.chunks, compression)) {
      out += chunk.length;
      if (out > FREE_BYTES && out > source.count() * MAX_RATIO) {
        throw new Error(`expected at most ${MAX_RATIO} times the ${source.count()} bytes that came, got more`);
      }
      yield chunk;
    }
  } catch (error) {
    const cause = source.failure();
    if (cause !== null) throw cause.error;
    throw unreadable(label, `expected ${what} in whole ${compression}: ${describe(error)}`, {
      hint: 'write it once more: what made it may not have ended, or the disk was full',
      cause: error,
    });
  }
}

type Watched = {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly count: () => number;
  /** What the source itself failed with, which is no fault of the compression. */
  readonly failure: () => { readonly error: unknown } | null;
};

function watch(chunks: AsyncIterable<Uint8Array>): Watched {
  let count = 0;
  let failure: { readonly error: unknown } | null = null;
  const watched = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of chunks) {
        count += chunk.length;
        yield chunk;
      }
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  return { chunks: watched(), count: () => count, failure: () => failure };
}

const WORDS: ReadonlyMap<string, string> = new Map([['unexpected end of file', 'it breaks off']]);

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return WORDS.get(message) ?? sanitizeText(message, 200);
}

function inflate(chunks: AsyncIterable<Uint8Array>, compression: Compression): AsyncIterable<Uint8Array> {
  switch (compression) {
    case 'gzip':
      return through(zlib.createGunzip({ chunkSize: CHUNK_BYTES }), chunks);
    case 'zstd':
      return unzstd(zstdPieces(fromChunks(chunks)));
  }
}

/** Node has zstd from 22.15 on. */
function unzstd(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  return isFactory(create) ? through(create({ chunkSize: CHUNK_BYTES }), pieces) : unzstdByPackage(pieces);
}

function isFactory(value: unknown): value is (options: object) => Transform {
  return typeof value === 'function';
}

async function* unzstdByPackage(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const ready: Uint8Array[] = [];
  const decompressor = new Decompress((block) => void ready.push(block));
  for await (const piece of pieces) {
    decompressor.push(piece);
    yield* ready.splice(0);
  }
  decompressor.push(new Uint8Array(0), true);
  yield* ready.splice(0);
}

/** Feeds a stream no faster than it is read. Left early, it is destroyed, and `chunks` with it after the next one. */
async function* through(stream: Transform, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  stream.on('error', () => undefined);
  void feed(stream, chunks);
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
  } finally {
    stream.destroy();
  }
}

async function feed(stream: Transform, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (stream.destroyed) return;
      await new Promise<void>((resolve) => stream.write(chunk, () => resolve()));
    }
    stream.end();
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
