import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../../core/digest.ts';
import { ImgupdateError } from '../../errors.ts';
import type { HashedFile } from '../stored/stored-files.ts';
import { decompress } from './decompress.ts';
import { type Compression, tellCompression } from './look-alikes.ts';

/**
 * The digest of a file's bytes and of what they are decompressed, read once. Memory: a few chunks.
 *
 * A file that is compressed in part only, or damaged, has no `diffId`. `algorithm`: of the digest of its bytes.
 */
export async function hashContents(
  contents: { readonly head: Uint8Array; readonly chunks: AsyncIterable<Uint8Array> },
  algorithm: 'sha256' | 'sha512',
  about: { readonly label: string; readonly what: string },
): Promise<HashedFile> {
  const hash = createHash(algorithm);
  const compression = tellCompression(contents.head);
  if (compression === null) {
    const plain = createHash('sha256');
    for await (const chunk of contents.chunks) {
      hash.update(chunk);
      if (algorithm !== 'sha256') plain.update(chunk);
    }
    const digest = finish(algorithm, hash.digest('hex'));
    return { digest, diffId: algorithm === 'sha256' ? digest : finish('sha256', plain.digest('hex')) };
  }
  const source = contents.chunks[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<Uint8Array, unknown>> = Promise.resolve({ done: false, value: new Uint8Array(0) });
  const pull = (): Promise<IteratorResult<Uint8Array, unknown>> => {
    pending = source.next().then((next) => {
      if (next.done !== true) hash.update(next.value);
      return next;
    });
    return pending;
  };
  const diffId = await hashDecompressed({ [Symbol.asyncIterator]: () => ({ next: pull }) }, compression, about);
  // What the decompressor left, because it failed or had enough.
  for (let last = await pending; last.done !== true;) last = await pull();
  return { digest: finish(algorithm, hash.digest('hex')), diffId };
}

async function hashDecompressed(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
  about: { readonly label: string; readonly what: string },
): Promise<Digest | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of decompress(chunks, compression, about)) hash.update(chunk);
    return finish('sha256', hash.digest('hex'));
  } catch (error) {
    // What the source failed with, it fails with again.
    if (error instanceof ImgupdateError) return null;
    throw error;
  }
}

function finish(algorithm: string, hex: string): Digest {
  const digest = parseDigest(`${algorithm}:${hex}`);
  if (digest === null) throw new TypeError('a computed digest is well formed');
  return digest;
}

/** By which a blob of an OCI layout is named. Source: OCI image-spec v1.1, image-layout.md. */
export function algorithmOf(path: string): 'sha256' | 'sha512' {
  return path.startsWith('blobs/sha512/') ? 'sha512' : 'sha256';
}
