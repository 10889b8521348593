import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DatabaseSyncInstance, SqliteModule } from '@photostructure/sqlite';
import type { Memory, TagObservation } from '../../src/check/ports.ts';
import { digestOf, type Digest } from '../../src/core/digest.ts';
import { openMemory } from '../../src/store/open-memory.ts';

export const DAY = 86_400_000;
/** 2026-11-20, 12:00 UTC. */
export const NOON = 1_795_176_000_000;

export const nginx = { registry: 'docker.io', repository: 'library/nginx' };

/** A document of `size` bytes that no other `name` has. */
export function makeDocument(name: string, size = 500): { readonly bytes: Uint8Array; readonly digest: Digest } {
  const bytes = Buffer.from(`${name} `.repeat(size).slice(0, size));
  return { bytes, digest: digestOf(bytes) };
}

/** Digests without bytes. */
export function makeDigest(name: string): Digest {
  return digestOf(Buffer.from(name));
}

export function makeFound(name: string, observedAt = NOON): TagObservation {
  return { kind: 'found', digest: makeDigest(name), mediaType: 'application/vnd.oci.image.index.v1+json', observedAt };
}

export type MakeMemoryOptions = { readonly now?: () => number; readonly maxDocumentBytes?: number; readonly stateDirectory?: string };

/** The state beside the cache, unless a directory is given for it. */
export function makeMemory(cacheDirectory: string, { now = () => NOON, ...rest }: MakeMemoryOptions = {}): Memory {
  return openMemory({ cacheDirectory, stateDirectory: `${cacheDirectory}-state`, uid: process.getuid?.() ?? null, now, ...rest });
}

/** Opens a memory, works with it and closes it. */
export function remember<T>(cacheDirectory: string, work: (memory: Memory) => T, options: MakeMemoryOptions = {}): T {
  const memory = makeMemory(cacheDirectory, options);
  try {
    return work(memory);
  } finally {
    memory.close();
  }
}

/** The cache file itself, past the code under test. */
export function openRaw(path: string): DatabaseSyncInstance {
  const { DatabaseSync } = createRequire(import.meta.url)('@photostructure/sqlite') as SqliteModule;
  return new DatabaseSync(path);
}

export function cacheFile(cacheDirectory: string): string {
  return join(cacheDirectory, 'cache.db');
}
