import { charactersOf, widthOf } from '../width.ts';

/** How lines are indented: the first, and those below it. `width`: cells of a line with its indent. */
export type Wrapping = { readonly first: string; readonly rest: string; readonly width: number };

/**
 * Breaks text into lines at its blanks; a word that is longer than a line is broken behind `/`, `:`, `@`, `,` or `-`, else between any two characters.
 *
 * No line is wider than `width`, as a terminal counts: two cells for wide characters.
 */
export function wrapText(text: string, { first, rest, width }: Wrapping): readonly string[] {
  const room = width - Math.max(widthOf(first), widthOf(rest));
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    for (const [at, piece] of breakWord(word, room).entries()) {
      const isFull = at > 0 || widthOf(line) + 1 + widthOf(piece) > width;
      if (!isEmpty && isFull) lines.push(line);
      line = isEmpty ? line + piece : isFull ? rest + piece : `${line} ${piece}`;
      isEmpty = false;
    }
  }
  return [...lines, line];
}

/** Behind these a name goes on with a part of its own. */
const JOINT = /[/:@,-]/;

/** Breaks a word into pieces of at most `room` cells; at a joint, where that leaves no line half empty. None for an empty word. */
export function breakWord(word: string, room: number): readonly string[] {
  const pieces: string[] = [];
  let piece: string[] = [];
  let used = 0;
  for (const character of charactersOf(word)) {
    const size = widthOf(character);
    if (used + size > room && piece.length > 0) {
      const joint = 1 + piece.findLastIndex((each) => JOINT.test(each));
      const left = piece.splice(joint > piece.length / 2 ? joint : piece.length);
      pieces.push(piece.join(''));
      piece = left;
      used = widthOf(left.join(''));
    }
    piece.push(character);
    used += size;
  }
  return piece.length === 0 ? pieces : [...pieces, piece.join('')];
}
