import { isDigit, isHash } from './numbers.ts';
import type { Scheme, TagShape } from './shape.ts';

/** What only the whole list of a repository's tags tells. */
export type Learned = {
  /** The lowest first number that the family's numbers below it do not lead up to; null: none. */
  readonly leapFrom: number | null;
  /** The lengths at which tags of digits alone are hashes that happen to have no letter. */
  readonly hashLengths: ReadonlySet<number>;
};

/** What is known before any tag was seen. */
export const NOTHING_LEARNED: Learned = { leapFrom: null, hashLengths: new Set() };

/**
 * Finds the first number at which a family's versions stop to be versions of the same thing, going upwards from the installed one over the first numbers that
 * are there: 16, 17, 18, 2021 leaps at 2021, and 4, 5, 95 at 95; 847, 1012 does not.
 *
 * Dates and versions that begin with a year do not leap.
 */
export function findLeap(installed: TagShape, family: Iterable<TagShape>): number | null {
  const { core, prefix, words } = installed;
  if (core === null || !PLAIN.has(core.scheme)) return null;
  const numbers = new Set<number>();
  for (const { core: other, ...shape } of family) {
    if (other?.form === core.form && PLAIN.has(other.scheme) && shape.prefix === prefix && shape.words === words)
      numbers.add(other.numbers[0] ?? 0);
  }
  let before = core.numbers[0] ?? 0;
  for (const number of Float64Array.from(numbers).sort()) {
    if (number <= before) continue;
    if (number > highestAfter(before, core.numbers.length)) return number;
    before = number;
  }
  return null;
}

const PLAIN: ReadonlySet<Scheme> = new Set(['semver', 'four', 'counter']);

/** How far the next version may be: counters of builds may skip many, other versions a few (node 0 to 4, elasticsearch 2 to 5, mariadb 5 to 10). */
function highestAfter(number: number, parts: number): number {
  return parts === 1 && number > 99 ? 10 * number : Math.max(9, 2 * number + 3);
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
