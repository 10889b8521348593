import { compareText } from '../reference.ts';
import { hasSameVariant } from './variant.ts';
import { readTag } from './read-tag.ts';
import type { TagShape } from './shape.ts';

/**
 * Chooses the tag that says most of what a floating one names: of the tags that name the same image the one with the most numbers (`1.27.5` for `1.27`).
 *
 * Of those the ones with the words of `tag` come first (`1.27-alpine`: `1.27.5-alpine` before `1.27.5-alpine3.21`), then the one with most numbers, then the
 * shortest.
 * @returns null when none says more than `tag` itself.
 */
export function chooseSibling(tag: string, others: readonly string[]): string | null {
  const own = readTag(tag);
  const words = own.kind === 'word' ? withoutPointers(own.words) : own.words;
  let best: TagShape | null = null;
  for (const other of others) {
    const shape = readTag(other);
    if (saysMore(shape, own) && (best === null || compareSiblings(shape, best, { own, words }) < 0)) best = shape;
  }
  return best?.tag ?? null;
}

/** What a tag without a version may say of which one it means; the rest of its words is its variant. */
const POINTERS: ReadonlySet<string> = new Set(['latest', 'stable', 'mainline', 'lts', 'current', 'release', 'main', 'master']);

function withoutPointers(words: string): string {
  return words
    .split('|')
    .filter((word) => !POINTERS.has(word))
    .join('|');
}

/** A version says more than a word, and more than the first of its own numbers. */
function saysMore(other: TagShape, own: TagShape): boolean {
  if (other.kind !== 'version' || other.core === null) return false;
  if (own.kind !== 'version' || own.core === null) return own.kind === 'word';
  const { numbers } = other.core;
  return numbers.length > own.core.numbers.length && own.core.numbers.every((number, at) => number === numbers[at]);
}

/** Negative: `a` is the better one. */
function compareSiblings(a: TagShape, b: TagShape, { own, words }: { readonly own: TagShape; readonly words: string }): number {
  return (
    Number(b.words === words && isSamePlace(b, own)) - Number(a.words === words && isSamePlace(a, own)) ||
    Number(b.prefix === own.prefix) - Number(a.prefix === own.prefix) ||
    (b.core?.numbers.length ?? 0) - (a.core?.numbers.length ?? 0) ||
    a.tag.length - b.tag.length ||
    compareText(a.tag, b.tag)
  );
}

/** What has more axes than the other had is another variant, which its words tell. */
function isSamePlace(a: TagShape, own: TagShape): boolean {
  return hasSameVariant({ ...a, words: '' }, { ...own, words: '' });
}
