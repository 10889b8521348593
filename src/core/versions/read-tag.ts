import { endOfDigits, isHash, readNumbers } from './numbers.ts';
import { readCore, readPlainCore } from './read-core.ts';
import { NO_SUFFIX, readFloating, readSuffix } from './read-suffix.ts';
import type { Core, Suffix, TagShape } from './shape.ts';
import { ARCHITECTURES, SYSTEMS, WORK } from './words.ts';

/**
 * Reads the version of a tag, such as `pg14-v1.2.3-rc1-alpine3.19`: prefix `pg14-v`, numbers 1, 2, 3, pre-release rc 1, words `alpine##`, axes 3, 19.
 *
 * `readSuffixOf` may remember suffixes: repositories have few of them, and many tags.
 */
export function readTag(tag: string, readSuffixOf: (text: string) => Suffix = readSuffix): TagShape {
  if (tag.startsWith('sha') && ATTACHMENT.test(tag)) return shapeOf(tag, NO_SUFFIX, { kind: 'attachment', prefix: '', core: null });
  if (isHash(tag)) return shapeOf(tag, NO_SUFFIX, { kind: 'hash', prefix: '<hash>', core: null });
  let prefix = '';
  let isWork = false;
  for (let at = 0; at < tag.length;) {
    const end = endOfSegment(tag, at);
    const segment = tag.slice(at, end);
    const skipped = skipOf(tag, at, end);
    const found = skipped === null ? readCore(tag, at) : null;
    if (found?.kind === 'unreadable') break;
    if (found?.kind === 'core') {
      const suffix = readSuffixOf(tag.slice(found.end));
      const kind = isWork || suffix.isWork ? 'work' : 'version';
      return shapeOf(tag, suffix, { kind, prefix: prefix + tag.slice(at, found.start), core: found.core });
    }
    isWork ||= isWorkWord(segment);
    prefix += (skipped?.text ?? segment) + tag.slice(skipped?.end ?? end, (skipped?.end ?? end) + 1);
    at = (skipped?.end ?? end) + 1;
  }
  if (isWork) return shapeOf(tag, NO_SUFFIX, { kind: 'work', prefix: '', core: null });
  return shapeOf(tag, readFloating(tag), { kind: 'word', prefix: '', core: null });
}

/** A tag of which the numbers are read. `suffixAt`: where its suffix begins, which nobody has looked at yet; null where all of it is in `shape`. */
export type TagHead =
  | { readonly tag: string; readonly core: Core; readonly suffixAt: number }
  | { readonly tag: string; readonly core: Core | null; readonly suffixAt: null; readonly shape: TagShape };

/** Reads tags in two steps, the second of which most tags of a long list are spared. */
export type HeadReader = { readonly readHead: (tag: string) => TagHead; readonly readRest: (head: TagHead) => TagShape };

/**
 * Returns a reader of tags that begin with the prefix of a version: what is only numbers with dots up to a separator is read at once, and its suffix when it is
 * asked for; the rest as any tag, and all where `prefix` is null.
 *
 * It never differs from `readTag`.
 */
export function createHeadReader(prefix: string | null, readSuffixOf: (text: string) => Suffix): HeadReader {
  const word = prefix?.slice(0, -1) ?? '';
  const isBehindSystem = SYSTEMS.has(word.slice(Math.max(word.lastIndexOf('-'), word.lastIndexOf('_')) + 1).toLowerCase());
  return {
    readHead: (tag) => {
      const plain = prefix === null || isBehindSystem ? null : readPlainCore(tag, prefix.length);
      if (plain !== null) return { tag, core: plain.core, suffixAt: plain.end };
      const shape = readTag(tag, readSuffixOf);
      return { tag, core: shape.core, suffixAt: null, shape };
    },
    readRest: (head) => {
      if (head.suffixAt === null) return head.shape;
      const { tag, core } = head;
      const suffix = readSuffixOf(tag.slice(head.suffixAt));
      return shapeOf(tag, suffix, { kind: suffix.isWork ? 'work' : 'version', prefix: prefix ?? '', core });
    },
  };
}

/** Written out, because copying what is in a suffix one by one is many times as fast as spreading it. */
function shapeOf(tag: string, suffix: Suffix, { kind, prefix, core }: Pick<TagShape, 'kind' | 'prefix' | 'core'>): TagShape {
  const { pre, preOrder, words, axes, revisions, repair, isWork } = suffix;
  return { tag, kind, prefix, core, pre, preOrder, words, axes, revisions, repair, isWork };
}

/**
 * What signers and the fallback of the referrers API attach to an image.
 * Source: cosign, Signature Specification, Storage; OCI distribution-spec v1.1, Referrers Tag Schema.
 */
const ATTACHMENT = /^sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{128}|512-[0-9a-f]{64})(?:[.-][\w.-]*)?$/;

function endOfSegment(tag: string, at: number): number {
  let end = at;
  while (end < tag.length && tag[end] !== '-' && tag[end] !== '_') end += 1;
  return end;
}

/** A segment that holds no version whatever its digits: a hash, an architecture, an operating system with the number behind it. */
function skipOf(tag: string, at: number, end: number): { readonly text: string; readonly end: number } | null {
  const segment = tag.slice(at, end);
  if (isHash(segment) || isHashOfDigits(tag, at, end)) return { text: '<hash>', end };
  const word = segment.toLowerCase();
  if (word === 'x86' && tag.startsWith('_64', end)) return { text: `${segment}_64`, end: end + 3 };
  if (ARCHITECTURES.has(word)) return { text: segment, end };
  if (!SYSTEMS.has(word)) return null;
  const next = endOfSegment(tag, end + 1);
  const numbers = readNumbers(tag.slice(end + 1, next));
  return numbers !== null && numbers.length < 3 ? { text: tag.slice(at, next), end: next } : null;
}

/** Of `main-1234567-1700000000` the first number is a hash, all of whose digits happen to be decimal: a time follows, and a word stands before. */
function isHashOfDigits(tag: string, at: number, end: number): boolean {
  if (at === 0 || end - at < 7 || end - at > 40 || end - at === 8 || endOfDigits(tag, at) !== end) return false;
  const next = endOfSegment(tag, end + 1);
  return next - end > 8 && endOfDigits(tag, end + 1) === next;
}

function isWorkWord(segment: string): boolean {
  const word = segment.toLowerCase();
  if (WORK.has(word)) return true;
  let letters = word.length;
  while (letters > 0 && word.charCodeAt(letters - 1) <= 57) letters -= 1;
  return letters < word.length && WORK.has(word.slice(0, letters));
}
