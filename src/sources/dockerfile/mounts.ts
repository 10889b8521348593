import type { Flag } from './words.ts';

/** What a mount is taken from: `offsets` of its characters in the instruction. */
export type MountFrom = { readonly value: string; readonly offsets: readonly number[] };

/**
 * Reads `from` out of `type=bind,from=node:20,target=/x`, in any order, keys in any case; the last one counts. A field may stand in quotes.
 *
 * Source: moby/buildkit, frontend/dockerfile/instructions: parseMount(); Go, encoding/csv (RFC 4180).
 * @returns null when it is taken from the build context, or from nothing.
 */
export function findMountFrom(mount: Flag): MountFrom | null {
  let found: MountFrom | null = null;
  for (const { value, offsets } of splitFields(mount)) {
    const equals = value.indexOf('=');
    if (equals !== -1 && value.slice(0, equals).toLowerCase() === 'from') {
      found = { value: value.slice(equals + 1), offsets: offsets.slice(equals + 1) };
    }
  }
  return found === null || found.value === '' ? null : found;
}

function splitFields({ value, offsets }: Flag): readonly MountFrom[] {
  const text = value ?? '';
  const fields: MountFrom[] = [];
  let at = 0;
  while (at < text.length) {
    const isQuoted = text[at] === '"';
    const kept: number[] = [];
    let isOpen = isQuoted;
    for (at = isQuoted ? at + 1 : at; at < text.length && (isOpen || text[at] !== ','); at += 1) {
      if (isQuoted && text[at] === '"') {
        if (!isOpen || text[at + 1] !== '"') {
          isOpen = false;
          continue;
        }
        at += 1;
      }
      kept.push(at);
    }
    fields.push({ value: kept.map((index) => text.charAt(index)).join(''), offsets: kept.map((index) => offsets[index] ?? 0) });
    at += 1;
  }
  return fields;
}
