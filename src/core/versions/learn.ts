import { isDigit, isHash } from './numbers.ts';
import type { TagShape } from './shape.ts';

/** What only the whole list of a repository's tags tells. */
export type Learned = {
  /** The lowest single number that the family's numbers below it do not lead up to; null: none. */
  readonly leapFrom: number | null;
  /** The lengths at which tags of digits alone are hashes that happen to have no letter. */
  readonly hashLengths: ReadonlySet<number>;
};

/** What is known before any tag was seen. */
export const NOTHING_LEARNED: Learned = { leapFrom: null, hashLengths: new Set() };

/**
 * Finds where the single numbers of a family stop to be versions of it: 16, 17, 18, 2021 leaps at 2021; 847, 1012 does not.
 *
 * A leap is a number of 4 digits or more that is more than ten times the one before it.
 */
export function findLeap(installed: TagShape, family: Iterable<TagShape>): number | null {
  const [from, ...more] = installed.core?.numbers ?? [];
  if (from === undefined || more.length > 0) return null;
  const numbers: number[] = [];
  for (const { core, words, prefix } of family) {
    const [number, ...rest] = core?.numbers ?? [];
    if (number === undefined || rest.length > 0 || number <= from) continue;
    if (prefix === installed.prefix && words === installed.words && core?.scheme !== 'date') numbers.push(number);
  }
  let before = from;
  for (const number of Float64Array.from(numbers).sort()) {
    if (number > 999 && number > 10 * Math.max(before, 1)) return number;
    before = number;
  }
  return null;
}

/** Counts the tags of a repository that are nothing but hexadecimal digits, by length. */
export function createHashCount(): { readonly see: (tag: string) => void; readonly lengths: () => ReadonlySet<number> } {
  const counts = new Map<number, { hashes: number; numbers: number }>();
  return {
    see: (tag) => {
      if (tag.length < 7 || tag.length > 40 || !(isHash(tag) || isAllDigits(tag))) return;
      const count = counts.get(tag.length) ?? { hashes: 0, numbers: 0 };
      counts.set(tag.length, count);
      if (isHash(tag)) count.hashes += 1;
      else count.numbers += 1;
    },
    lengths: () => new Set([...counts].filter(([, { hashes, numbers }]) => numbers > 0 && hashes >= numbers).map(([length]) => length)),
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
