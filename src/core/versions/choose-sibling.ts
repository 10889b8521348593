/**
 * Chooses the tag that says most of what a floating one names: of the tags that name the same image the one with the most numbers (`1.27.5` for `1.27`).
 *
 * @returns null when none says more than `tag` itself.
 */
export function chooseSibling(_tag: string, _others: readonly string[]): string | null {
  return null;
}
