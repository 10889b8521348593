import { type Hold, makeHold } from './hold.ts';
import { malformed, type Parsed } from './parsed.ts';
import { sanitizeText } from './text.ts';

/** What comments say of the image below them. `flaws`: what is wrong with those that cannot be read, safe to print. */
export type HoldComments = { readonly hold: Hold | null; readonly flaws: readonly string[] };

/** Reads the comments above an image, from the top down: of several annotations the lowest one that can be read counts. */
export function readHoldComments(comments: readonly string[]): HoldComments {
  const said = comments.map(parseHoldComment).filter((hold) => hold !== null);
  return {
    hold: said.flatMap((each) => (each.ok ? [each.value] : [])).at(-1) ?? null,
    flaws: said.flatMap((each) => (each.ok ? [] : [each.message])),
  };
}

/**
 * Reads an annotation in a comment: `# imgupdate: hold until=2026-12-15 reason="wait for the fix"`; in quotes `\` takes the next character as it is.
 *
 * @returns null for a comment that is none.
 */
export function parseHoldComment(comment: string): Parsed<Hold> | null {
  const said = MARK.exec(comment.trim())?.[1]?.trimEnd();
  if (said === undefined) return null;
  const words = new Map<string, string>();
  for (WORD.lastIndex = 0; WORD.lastIndex < said.length;) {
    const at = WORD.lastIndex;
    const match = WORD.exec(said);
    if (match === null) return malformed(`cannot read "${sanitizeText(said.slice(at).trim(), 80)}": ${EXPECTED}`);
    const [, word = '', quoted, bare] = match;
    words.set(word.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  const unknown = [...words.keys()].find((word) => !['hold', 'until', 'reason'].includes(word));
  if (unknown !== undefined || !words.has('hold')) return malformed(`cannot read "${sanitizeText(said.trim(), 80)}": ${EXPECTED}`);
  return makeHold(words.get('reason') ?? null, words.get('until') ?? null);
}

/** What is said of an annotation that stands behind what it is about. */
export const MISPLACED_HOLD = 'a hold behind the image has no effect: put it on a line of its own, directly above';

/** Finds an annotation behind an image on its line in YAML; `rest` is what stands there. @returns the offset of its `#`, null without one. */
export function findTrailingHold(rest: string): number | null {
  const line = rest.slice(0, LONGEST_REST);
  let at = 0;
  while (at < line.length && CLOSING.has(line.charAt(at))) at += 1;
  if (line[at] !== '#' || !/\s/.test(line.charAt(at - 1))) return null;
  return parseHoldComment(line.slice(at).split('\n', 1)[0] ?? '') === null ? null : at;
}

const LONGEST_REST = 4096;

/** What may stand between a scalar and a comment: the end of its quotes, of the collections it is in. */
const CLOSING: ReadonlySet<string> = new Set([' ', '\t', '"', "'", ']', '}', ',']);

const EXPECTED = 'expected hold, with until=DATE and reason="TEXT" if wanted';

const MARK = /^#\s*imgupdate\s*:(.*)$/;
// Alternatives begin with different characters, so reading is linear.
const WORD = /\s*([A-Za-z]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]\S*)))?(?=\s|$)/y;
