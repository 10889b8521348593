/** What stands on a line; `column` counts from 1, in UTF-16 code units. */
export type Word = { readonly text: string; readonly column: number };

/** A line with something on it, or without; `comment` begins with its `#`. */
export type Line = { readonly number: number; readonly words: readonly Word[]; readonly comment: Word | null };

/** More words than this are not told of a line. */
export const MOST_WORDS = 100_000;

/**
 * Reads the lines of a list: words have white space or commas between them, and a `#` that begins one begins a comment.
 *
 * Commas are kubectl's, between the values of one custom column. Double quotes around a word are jq's, and are left out.
 */
export function* readLines(text: string): Generator<Line> {
  let number = 1;
  for (let from = 0; from < text.length; number += 1) {
    const feed = text.indexOf('\n', from);
    const end = feed === -1 ? text.length : feed;
    yield { number, ...readLine(text.slice(from, end)) };
    from = end + 1;
  }
}

function readLine(line: string): Omit<Line, 'number'> {
  const words: Word[] = [];
  for (const { 0: text, index } of line.matchAll(/[^\s,]+/g)) {
    if (text.startsWith('#')) return { words, comment: { text: line.slice(index).trimEnd(), column: index + 1 } };
    if (words.length > MOST_WORDS) break;
    words.push(isQuoted(text) ? { text: text.slice(1, -1), column: index + 2 } : { text, column: index + 1 });
  }
  return { words, comment: null };
}

function isQuoted(text: string): boolean {
  return text.length > 2 && text.startsWith('"') && text.endsWith('"');
}
