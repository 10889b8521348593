import type { Learned } from './learned.ts';
import { isDayNumber } from './numbers.ts';
import type { TagShape } from './shape.ts';

/** Whether a plain number stands directly behind the numbers: by the tag alone it counts builds (`8.0.35-27`), but may be a companion's version (`3.1.3-18`). */
export function mayBeCompanion({ words, revisions }: TagShape): boolean {
  const [number = []] = revisions;
  return (words === COUNT || words.startsWith(`${COUNT}|`)) && number.length < 3 && !isDayNumber(number[0] ?? 0);
}

/** What the reader of suffixes makes of such a number. */
const COUNT = '#n';

/**
 * Counts the plain numbers behind the versions of one family: they are the versions of something else where most versions have several of them, none of which is
 * 0 or 1 (where counting begins), and the same ones come again.
 *
 * Node-RED for Node 14, 16 and 18: `3.1.0-14 3.1.0-16 3.1.0-18 3.1.3-14 3.1.3-16 3.1.3-18`. Builds are `8.0.35-27 8.0.36-28`, or `1.2.3-1 1.2.3-2 1.2.4-1`.
 */
export function createCompanionCount(): { readonly see: (shape: TagShape) => void; readonly isCompanion: () => boolean } {
  const pairs = new Set<string>();
  const versions = new Map<string, { count: number; isCounted: boolean }>();
  const numbers = new Set<string>();
  return {
    see: ({ core, pre, revisions }) => {
      const [number = []] = revisions;
      const version = `${core?.numbers.join('.') ?? ''}-${pre.join('.')}`;
      const pair = `${version} ${number.join('.')}`;
      if (pairs.has(pair)) return;
      pairs.add(pair);
      numbers.add(number.join('.'));
      const seen = versions.get(version) ?? { count: 0, isCounted: false };
      versions.set(version, seen);
      seen.count += 1;
      seen.isCounted ||= number.length === 1 && (number[0] ?? 0) <= 1;
    },
    isCompanion: () => {
      if (pairs.size < 2 * numbers.size) return false;
      const several = [...versions.values()].filter(({ count }) => count > 1);
      return several.length >= 3 && 2 * several.length >= versions.size && several.every(({ isCounted }) => !isCounted);
    },
  };
}

/** Reads the plain number behind a version as a companion's version, where the list tells that it is one. */
export function readAsLearned(shape: TagShape, { hasCompanion }: Learned): TagShape {
  if (!hasCompanion || !mayBeCompanion(shape)) return shape;
  const [number = [], ...revisions] = shape.revisions;
  const words = number.map(() => '#').join('.') + shape.words.slice(COUNT.length);
  return { ...shape, words, axes: [number, ...shape.axes], revisions };
}
