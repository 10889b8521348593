import type { FilePlace } from '../../core/file-reference.ts';

/** Gives the place of what stands from one offset of a text up to another. */
export type PlaceOf = (from: number, to: number) => FilePlace;

/** `at` moves places, for a text that stands inside another file. */
export function createPlaceOf(
  text: string,
  { path, at }: { readonly path: string; readonly at: (place: FilePlace) => FilePlace },
): PlaceOf {
  const starts = [0];
  for (let feed = text.indexOf('\n'); feed !== -1; feed = text.indexOf('\n', feed + 1)) starts.push(feed + 1);
  return (from, to) => {
    const line = findLine(starts, from);
    const endLine = findLine(starts, Math.max(from, to - 1));
    const column = from - (starts[line] ?? 0) + 1;
    return at({ path, line: line + 1, column, endLine: endLine + 1, endColumn: to - (starts[endLine] ?? 0) + 1 });
  };
}

/** The last line that begins at or before `offset`. */
function findLine(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
