import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createGunzip } from 'node:zlib';
import { type Digest, parseDigest } from '../../core/digest.ts';
import type { HashedFile } from './stored-files.ts';

/** Reads bytes through: their digest, and that of what they are decompressed. */
export async function hashStream(
  chunks: AsyncIterable<Uint8Array>,
  algorithm: 'sha256' | 'sha512',
): Promise<HashedFile & { readonly length: number }> {
  const outer = createHash(algorithm);
  let inner: Uncompressed | null = null;
  let length = 0;
  for await (const chunk of chunks) {
    outer.update(chunk);
    length += chunk.length;
    inner ??= createUncompressed(chunk);
    await inner.write(chunk);
  }
  const diffId = (await inner?.end()) ?? null;
  return { digest: asDigest(algorithm, outer), diffId: inner === null ? null : diffId, length };
}

type Uncompressed = { readonly write: (chunk: Uint8Array) => Promise<void>; readonly end: () => Promise<Digest | null> };

function createUncompressed(first: Uint8Array): Uncompressed {
  if (first[0] === 0x1f && first[1] === 0x8b) return createGunzipped();
  const hash = createHash('sha256');
  return {
    write: (chunk) => Promise.resolve(void hash.update(chunk)),
    end: () => Promise.resolve(asDigest('sha256', hash)),
  };
}

function createGunzipped(): Uncompressed {
  const hash = createHash('sha256');
  const gunzip = createGunzip();
  let isBroken = false;
  gunzip.on('data', (chunk: Uint8Array) => void hash.update(chunk));
  gunzip.on('error', () => (isBroken = true));
  return {
    write: async (chunk) => {
      if (isBroken || gunzip.write(chunk)) return;
      await Promise.race([once(gunzip, 'drain'), once(gunzip, 'close')]).catch(() => undefined);
    },
    end: async () => {
      if (!isBroken) {
        gunzip.end();
        await once(gunzip, 'end').catch(() => undefined);
      }
      gunzip.destroy();
      return isBroken ? null : asDigest('sha256', hash);
    },
  };
}

function asDigest(algorithm: 'sha256' | 'sha512', hash: Hash): Digest {
  const digest = parseDigest(`${algorithm}:${hash.digest('hex')}`);
  if (digest === null) throw new Error('a computed digest is well formed');
  return digest;
}
