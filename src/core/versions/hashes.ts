import { isDigit, isHash } from './numbers.ts';
import type { TagShape } from './shape.ts';

/** Counts the tags of a repository that are nothing but hexadecimal digits, by length. */
export function createHashCount(): { readonly see: (tag: string) => void; readonly lengths: () => ReadonlySet<number> } {
  const hashes = new Map<number, number>();
  const numbers = new Map<number, number>();
  return {
    see: (tag) => {
      const { length } = tag;
      if (length < 7 || length > 40) return;
      const counts = isHash(tag) ? hashes : isAllDigits(tag) ? numbers : null;
      counts?.set(length, (counts.get(length) ?? 0) + 1);
    },
    lengths: () => new Set([...numbers].filter(([length, count]) => (hashes.get(length) ?? 0) >= count).map(([length]) => length)),
  };
}

/** Whether a tag is digits alone, as many as a hash has, and no date: the list must tell which of both it is. */
export function mayBeHash({ tag, core }: TagShape): boolean {
  return tag.length >= 7 && tag.length <= 40 && isAllDigits(tag) && core?.scheme !== 'date';
}

function isAllDigits(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (!isDigit(text, at)) return false;
  return true;
}
