import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DatabaseSyncInstance, SqliteModule } from '@photostructure/sqlite';
import { expect } from 'vitest';
import type { BaseKeys, Memory, TagObservation } from '../../src/check/ports.ts';
import type { BaseVersion } from '../../src/core/base/version.ts';
import { digestOf, type Digest } from '../../src/core/digest.ts';
import { historyHashes, type HistoryEntry } from '../../src/core/history.ts';
import type { ImageContents } from '../../src/core/image-contents.ts';
import { chainIds } from '../../src/core/layers.ts';
import { createNullMemory, openMemory } from '../../src/store/open-memory.ts';

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

export type MakeMemoryOptions = {
  readonly now?: () => number;
  readonly maxDocumentBytes?: number;
  readonly maxListBytes?: number;
  readonly stateDirectory?: string;
};

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

type Work = (memory: Memory) => void;

/** The same run, a later run, and a run without any disk answer alike. */
export const RUNS: readonly (readonly [string, (cacheDirectory: string, learn: Work, ask: Work) => void])[] = [
  [
    'at once in the same run',
    (cacheDirectory, learn, ask) =>
      remember(cacheDirectory, (memory) => {
        learn(memory);
        ask(memory);
      }),
  ],
  [
    'in a later run',
    (cacheDirectory, learn, ask) => {
      remember(cacheDirectory, learn);
      remember(cacheDirectory, (memory) => {
        ask(memory);
        expect(memory.warnings()).toEqual([]);
      });
    },
  ],
  [
    'in a run without any disk',
    (_, learn, ask) => {
      const memory = createNullMemory(() => NOON);
      learn(memory);
      ask(memory);
      memory.close();
      expect(memory.warnings()).toEqual([]);
    },
  ],
];

/** Does something to a file that the code under test would not do. */
export function changeRaw(file: string, sql: string): void {
  const raw = openRaw(file);
  raw.exec(sql);
  raw.close();
}

/** The one row of a question to the file itself. */
export function rowIn(file: string, sql: string): Record<string, unknown> {
  const raw = openRaw(file);
  const row = raw.prepare(sql).get() as Record<string, unknown>;
  raw.close();
  return { ...row };
}

/** The cache file itself, past the code under test. */
export function openRaw(path: string): DatabaseSyncInstance {
  const { DatabaseSync } = createRequire(import.meta.url)('@photostructure/sqlite') as SqliteModule;
  return new DatabaseSync(path);
}

export function cacheFile(cacheDirectory: string): string {
  return join(cacheDirectory, 'cache.db');
}

export const node = { registry: 'docker.io', repository: 'library/node' };

/** One layer, and one history step that made it, per name. */
export function makeContents(...names: readonly string[]): ImageContents {
  const entries = names.map((name, position): HistoryEntry => ({
    created: `2026-11-01T10:00:0${position % 10}.123456789Z`,
    createdBy: `RUN ${name}`,
    comment: 'buildkit.dockerfile.v0',
    author: null,
    emptyLayer: false,
  }));
  return {
    diffIds: names.map(makeDigest),
    history: { entries, precision: 'exact' },
    created: '2026-11-01T10:00:00Z',
    settings: new Map([['Env', '["PATH=/bin"]']]),
  };
}

/** `node:20` as it was at noon: a version that no other `name` is. */
export function makeVersion(name: string, parts: Partial<BaseVersion> & { readonly at?: number } = {}): BaseVersion {
  const { at = NOON, ...rest } = parts;
  return {
    repository: node,
    tag: '20',
    platform: 'linux/amd64',
    topDigest: makeDigest(`index ${name}`),
    manifestDigest: makeDigest(`manifest ${name}`),
    configDigest: makeDigest(`config ${name}`),
    contents: makeContents('debian', name),
    firstSeen: at,
    lastSeen: at,
    ...rest,
  };
}

/** What an image is looked up by that was made of these. */
export function keysOfImage({ diffIds, history }: ImageContents): BaseKeys {
  return { chainIds: chainIds(diffIds), historyHashes: history === null ? [] : historyHashes(history) };
}

/** `a 0-2, b 3-3`: the versions of a line by the names of their indexes, with the times they were seen, in milliseconds after noon. */
export function outline(versions: readonly BaseVersion[], names: readonly string[]): string {
  const nameOf = ({ topDigest }: BaseVersion): string => names.find((name) => makeDigest(`index ${name}`) === topDigest) ?? '?';
  return versions.map((version) => `${nameOf(version)} ${version.firstSeen - NOON}-${version.lastSeen - NOON}`).join(', ');
}

export function stateFile(stateDirectory: string): string {
  return join(stateDirectory, 'state.db');
}

/** What SQLite says of a file that no one has open. */
export function integrityOf(file: string): unknown {
  const raw = openRaw(file);
  const found: unknown = raw.prepare('pragma integrity_check').get();
  raw.close();
  return found;
}
