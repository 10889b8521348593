/**
 * Finds what a mistyped word was meant to be; null when nothing is near.
 *
 * Near: equal but for case, the beginning of exactly one, or at most a third of its letters changed.
 */
export function suggest(word: string, known: readonly string[]): string | null {
  if (word === '' || word.length > 64) return null;
  const lower = word.toLowerCase();
  const same = known.find((candidate) => candidate.toLowerCase() === lower);
  if (same !== undefined) return same;
  const longer = known.filter((candidate) => candidate.toLowerCase().startsWith(lower));
  if (longer.length === 1 && longer[0] !== undefined) return longer[0];
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = countEdits(lower, candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Renders a suggestion for the end of a message: ` (did you mean "status"?)`, or nothing. */
export function renderSuggestion(word: string, known: readonly string[]): string {
  const meant = suggest(word, known);
  return meant === null ? '' : ` (did you mean "${meant}"?)`;
}

/** How many letters have to be changed, added, left out or swapped with their neighbour: optimal string alignment, row by row. */
export function countEdits(from: string, to: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}
