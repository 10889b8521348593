import type { TagObservation } from '../check/ports.ts';
import { parseDigest, type Digest } from '../core/digest.ts';

/** A remembered value and the day it was last used: days since the epoch. */
export type Used<T> = { readonly value: T; readonly usedDay: number };

/** What a database file says about itself. `isEmpty`: it has no table at all. */
export type Stamp = { readonly version: number; readonly applicationId: number; readonly isEmpty: boolean };

/** A row of `version, applicationId, isEmpty`. */
export function decodeStamp(row: unknown): Stamp {
  return {
    version: numberAt(row, 'version') ?? 0,
    applicationId: numberAt(row, 'applicationId') ?? 0,
    isEmpty: numberAt(row, 'isEmpty') === 1,
  };
}

/** A row of `digest, mediaType, observedAt`; null when it is none that this program wrote. */
export function decodeTag(row: unknown): TagObservation | null {
  const observedAt = numberAt(row, 'observedAt');
  if (observedAt === null) return null;
  if (valueAt(row, 'digest') === null) return { kind: 'gone', observedAt };
  const digest = parseDigest(valueAt(row, 'digest'));
  return digest === null ? null : { kind: 'found', digest, mediaType: textAt(row, 'mediaType'), observedAt };
}

/** A tag of a repository with its last answer. */
export type TagAsked = { readonly tag: string; readonly observation: TagObservation };

/** Rows of tags as one JSON text: many rows in one answer. */
export const TAGS_AS_JSON =
  "json_group_array(json_object('tag', tag, 'digest', digest, 'mediaType', media_type, 'observedAt', observed_at)) as tags";

/** A row of `tags`; what is not as it was written is passed over. */
export function decodeTagsAsked(row: unknown): readonly TagAsked[] {
  const json = textAt(row, 'tags');
  const wire = json === null ? null : parseOrNull(json);
  return (Array.isArray(wire) ? wire : []).flatMap((each: unknown) => {
    const [tag, observation] = [textAt(each, 'tag'), decodeTag(each)];
    return tag === null || observation === null ? [] : [{ tag, observation }];
  });
}

/** A row of `bytes, usedDay`. */
export function decodeDocument(row: unknown): Used<Uint8Array> | null {
  const bytes = valueAt(row, 'bytes');
  return bytes instanceof Uint8Array ? { value: bytes, usedDay: numberAt(row, 'usedDay') ?? 0 } : null;
}

/** A row of `json, usedDay`. */
export function decodeFact(row: unknown): Used<string> | null {
  const value = textAt(row, 'json');
  return value === null ? null : { value, usedDay: numberAt(row, 'usedDay') ?? 0 };
}

/** The columns of an observation as they are stored. */
export function tagColumns(observation: TagObservation): { readonly digest: Digest | null; readonly mediaType: string | null } {
  return observation.kind === 'found' ? observation : { digest: null, mediaType: null };
}

/** The number in a column; null when the row has none. */
export function numberAt(row: unknown, column: string): number | null {
  const value = valueAt(row, column);
  return typeof value === 'number' ? value : null;
}

/** The text in a column; null when the row has none. */
export function textAt(row: unknown, column: string): string | null {
  const value = valueAt(row, column);
  return typeof value === 'string' ? value : null;
}

/** A JSON text; null when it is none. */
export function parseOrNull(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function valueAt(row: unknown, column: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, column) : undefined;
}
