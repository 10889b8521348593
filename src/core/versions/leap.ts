import type { TagHead } from './read-tag.ts';
import type { Scheme, TagShape } from './shape.ts';

/**
 * Finds the first number at which a family's versions stop to be versions of the same thing, going upwards from the installed one over the first numbers that
 * are there: 16, 17, 18, 2021 leaps at 2021, and 4, 5, 95 at 95; 847, 1012 does not.
 *
 * Dates and versions that begin with a year do not leap.
 */
export function createLeapSearch(
  { core, prefix, words }: TagShape,
  readRest: (head: TagHead) => TagShape,
): { readonly see: (head: TagHead) => void; readonly leapFrom: () => number | null } {
  if (core === null || !PLAIN.has(core.scheme)) return { see: () => undefined, leapFrom: () => null };
  const numbers = new Set<number>();
  const installed = core.numbers[0] ?? 0;
  return {
    see: (head) => {
      const number = head.core?.numbers[0] ?? 0;
      if (head.core?.form !== core.form || !PLAIN.has(head.core.scheme) || number <= installed || numbers.has(number)) return;
      const shape = readRest(head);
      if (shape.prefix === prefix && shape.words === words) numbers.add(number);
    },
    leapFrom: () => {
      let before = installed;
      for (const number of Float64Array.from(numbers).sort()) {
        if (number > highestAfter(before, core.numbers.length)) return number;
        before = number;
      }
      return null;
    },
  };
}

/** Versions whose numbers are no time. */
export const PLAIN: ReadonlySet<Scheme> = new Set(['semver', 'four', 'counter']);

/** How far the next version may be: counters of builds may skip many, other versions a few (node 0 to 4, elasticsearch 2 to 5, mariadb 5 to 10). */
function highestAfter(number: number, parts: number): number {
  return parts === 1 && number > 99 ? 10 * number : Math.max(9, 2 * number + 3);
}
