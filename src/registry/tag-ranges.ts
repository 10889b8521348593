/**
 * A stretch of a list in lexical order: the tags above `after` and below `end`, compared by code units.
 */
export type TagRange = { readonly after: string; readonly end: string };

/**
 * Gives the stretches in which the wanted tags are, in order and apart from each other.
 *
 * `v` becomes what is above `v.` and below `v:`: `.` sorts right before the digits and `:` right after them. Nothing but digits and letters sorts above `''`.
 */
export function rangesOf(prefixes: readonly string[]): readonly TagRange[] {
  const sorted = prefixes.map((prefix) => ({ after: `${prefix}.`, end: `${prefix}:` })).toSorted((a, b) => compare(a.after, b.after));
  const ranges: TagRange[] = [];
  for (const range of sorted) {
    const known = ranges.at(-1);
    if (known === undefined || range.after >= known.end) ranges.push(range);
    else if (range.end > known.end) ranges[ranges.length - 1] = { after: known.after, end: range.end };
  }
  return ranges;
}

/** Tells whether tags stand in strictly ascending order of code units, the first of them above `after`, if there is one. */
export function isAscending(tags: readonly string[], after: string | null): boolean {
  let previous = after;
  for (const tag of tags) {
    if (previous !== null && tag <= previous) return false;
    previous = tag;
  }
  return true;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
