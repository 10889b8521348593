import type { TagShape } from './shape.ts';

/** Whether two variants are the same, their versions included. */
export function hasSameVariant(a: TagShape, b: TagShape): boolean {
  return a.words === b.words && hasSameAxes(a, b);
}

/** Whether the variant is a newer one of the same words: no axis lower, one at least higher. */
export function hasNewerVariant(from: TagShape, to: TagShape): boolean {
  return (
    from.words === to.words && !hasSameAxes(from, to) && from.axes.every((version, at) => compareNumbers(version, to.axes[at] ?? []) <= 0)
  );
}

/** Whether the versions of a variant's words are the same. */
export function hasSameAxes(a: TagShape, b: TagShape): boolean {
  return a.axes === b.axes || compareLists(a.axes, b.axes) === 0;
}

/** A list that ends is lower than one that goes on: `-1361` than `-1361.1699548032`. */
export function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Orders lists of versions by the first that differs. */
export function compareLists(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  for (let at = 0; at < a.length; at += 1) {
    const difference = compareNumbers(a[at] ?? [], b[at] ?? []);
    if (difference !== 0) return difference;
  }
  return 0;
}
