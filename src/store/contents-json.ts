import { createHash } from 'node:crypto';
import { parseDigest } from '../core/digest.ts';
import { isJsonObject } from '../core/documents-wire.ts';
import { historyHashes, type History, type HistoryEntry } from '../core/history.ts';
import type { ImageContents } from '../core/image-contents.ts';
import { chainIds } from '../core/layers.ts';
import { parseOrNull } from './rows.ts';

/** What contents are found by: the chain id of all layers, the hash of the whole history; null where there are none. */
export type ContentsKeys = { readonly chainId: string | null; readonly historyHash: string | null };

/** The keys of an image's contents. */
export function keysOf({ diffIds, history }: ImageContents): ContentsKeys {
  return {
    chainId: chainIds(diffIds).at(-1) ?? null,
    historyHash: history === null ? null : (historyHashes(history).at(-1) ?? null),
  };
}

/** Contents as JSON text, the same text for the same contents. */
export function encodeContents({ diffIds, history, created, settings }: ImageContents): string {
  const entries = history?.entries.map((entry) => [entry.created, entry.createdBy, entry.comment, entry.author, entry.emptyLayer]);
  return JSON.stringify({
    diffIds,
    history: history === null ? null : { precision: history.precision, entries },
    created,
    settings: settings === null ? null : [...settings].sort(([a], [b]) => (a < b ? -1 : 1)),
  });
}

/** About how many characters contents have as JSON text, without making it. */
export function lengthOfContents({ diffIds, history, settings }: ImageContents): number {
  let length = diffIds.length * DIGEST_LENGTH;
  for (const { created, createdBy, comment, author } of history?.entries ?? []) {
    length += lengthOf(created) + lengthOf(createdBy) + lengthOf(comment) + lengthOf(author);
  }
  for (const [key, text] of settings ?? []) length += lengthOf(key) + lengthOf(text);
  return length;
}

const DIGEST_LENGTH = 'sha256:'.length + 64;

/** With what separates it from the next. */
function lengthOf(text: string | null): number {
  return (text?.length ?? 0) + 4;
}

/** What tells contents from others in the file: sha256 of their JSON text, in hexadecimal digits. */
export function hashOfJson(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}

/** Contents from their JSON text; null when it is not as `encodeContents` writes it. */
export function decodeContents(json: string): ImageContents | null {
  const wire = parseOrNull(json);
  if (!isJsonObject(wire) || !isTextOrNull(wire.created)) return null;
  const diffIds = decodeAll(wire.diffIds, parseDigest);
  const history = wire.history === null ? null : decodeHistory(wire.history);
  const settings = wire.settings === null ? null : decodeAll(wire.settings, decodePair);
  if (diffIds === null || history === undefined || (settings === null && wire.settings !== null)) return null;
  return { diffIds, history, created: wire.created, settings: settings === null ? null : new Map(settings) };
}

/** undefined when it is none: null is a history that is not known. */
function decodeHistory(wire: unknown): History | undefined {
  if (!isJsonObject(wire)) return undefined;
  const { precision } = wire;
  const entries = decodeAll(wire.entries, decodeEntry);
  return entries !== null && (precision === 'exact' || precision === 'seconds') ? { entries, precision } : undefined;
}

function decodeEntry(wire: unknown): HistoryEntry | null {
  if (!isList(wire)) return null;
  const [created, createdBy, comment, author, emptyLayer] = wire;
  if (!isTextOrNull(created) || !isTextOrNull(createdBy) || !isTextOrNull(comment) || !isTextOrNull(author)) return null;
  return typeof emptyLayer === 'boolean' || emptyLayer === null ? { created, createdBy, comment, author, emptyLayer } : null;
}

function decodePair(wire: unknown): readonly [string, string] | null {
  if (!isList(wire)) return null;
  const [key, text] = wire;
  return typeof key === 'string' && typeof text === 'string' ? [key, text] : null;
}

/** Every item of a list; null when it is no list, or one of them is not what it should be. */
function decodeAll<T>(wire: unknown, decode: (item: unknown) => T | null): readonly T[] | null {
  if (!isList(wire)) return null;
  const items: T[] = [];
  for (const item of wire) {
    const decoded = decode(item);
    if (decoded === null) return null;
    items.push(decoded);
  }
  return items;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isTextOrNull(value: unknown): value is string | null {
  return typeof value === 'string' || value === null;
}
