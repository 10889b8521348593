import type { TagListNote } from '../check/ports.ts';
import { isJsonObject } from '../core/documents-wire.ts';
import type { Reason, ReasonKind } from '../core/reason.ts';
import { isTag } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { numberAt, parseOrNull, textAt } from './rows.ts';

/** A list of tags with what is remembered beside it. */
export type TagList = TagListNote & { readonly tags: readonly string[] };

/** Of one list; what is above is not remembered. */
const MAX_TAGS = 100_000;

/** What so many tags take, the longest there are, each with a separator. */
const MAX_TEXT = MAX_TAGS * (128 + 1);

/** The list without what is no tag; null when it is too large to be remembered. */
export function limitList(list: TagList): TagList | null {
  return list.tags.length > MAX_TAGS ? null : { ...list, tags: list.tags.filter(isTag) };
}

/** Bytes of tags as text: they are ASCII, each with a separator. */
export function sizeOfTags(tags: readonly string[]): number {
  return tags.reduce((size, tag) => size + tag.length + 1, 0);
}

/** Tags as one text, a newline between them. */
export function encodeTags(tags: readonly string[]): string {
  return tags.join('\n');
}

/** A row of `tags`; null when it is not as it was written. */
export function decodeTags(row: unknown): readonly string[] | null {
  const text = textAt(row, 'tags');
  if (text === null || text.length > MAX_TEXT) return null;
  const tags = text === '' ? [] : text.split('\n');
  return tags.every(isTag) ? tags : null;
}

/** The columns of a note: when, what is covered, why it was cut. */
export function noteColumns({ observedAt, covers, cut }: TagListNote): readonly [number, string | null, string | null] {
  return [observedAt, covers === null ? null : JSON.stringify(covers), cut === null ? null : JSON.stringify(cut)];
}

/** A row of `observedAt, covers, cut`; null when it is not as it was written. */
export function decodeNote(row: unknown): TagListNote | null {
  const observedAt = numberAt(row, 'observedAt');
  const [covers, cut] = [textAt(row, 'covers'), textAt(row, 'cut')];
  const prefixes = covers === null ? null : decodePrefixes(parseOrNull(covers));
  const reason = cut === null ? null : decodeReason(parseOrNull(cut));
  if (observedAt === null || prefixes === undefined || reason === undefined) return null;
  return { observedAt, covers: prefixes, cut: reason };
}

/** undefined when it is none: null says that everything is covered. */
function decodePrefixes(wire: unknown): readonly string[] | undefined {
  return Array.isArray(wire) && wire.every((prefix) => typeof prefix === 'string') ? wire : undefined;
}

/** undefined when it is none: null says that nothing was cut. */
function decodeReason(wire: unknown): Reason | undefined {
  if (!isJsonObject(wire)) return undefined;
  const { kind, message, retryAt } = wire;
  if (!isReasonKind(kind) || typeof message !== 'string' || !(typeof retryAt === 'string' || retryAt === null)) return undefined;
  return { kind, message: sanitizeText(message, LONGEST_MESSAGE), retryAt };
}

const LONGEST_MESSAGE = 1_000;

function isReasonKind(wire: unknown): wire is ReasonKind {
  return typeof wire === 'string' && Object.hasOwn(REASON_KINDS, wire);
}

/** A kind that is missing here does not compile. */
const REASON_KINDS: Readonly<Record<ReasonKind, true>> = {
  unauthorized: true,
  'not-found-or-private': true,
  'rate-limited': true,
  budget: true,
  unreachable: true,
  timeout: true,
  tls: true,
  'bad-response': true,
  'digest-mismatch': true,
  unsupported: true,
  offline: true,
  policy: true,
  'no-evidence': true,
  squashed: true,
  'ambiguous-tag': true,
};
