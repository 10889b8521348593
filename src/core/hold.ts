import { malformed, type Parsed, parsed } from './parsed.ts';
import { sanitizeText } from './text.ts';

/** That an image is held back on purpose. `until`: RFC 3339 date or time; null for good. */
export type Hold = { readonly reason: string | null; readonly until: string | null };

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const LONGEST_REASON = 500;

/**
 * Makes a hold of what a person wrote; `until` is a date (`2026-12-15`) or a time with its zone (`2026-12-15T08:00Z`).
 *
 * Source: RFC 3339, section 5.6; the seconds may be left out.
 */
export function makeHold(reason: string | null, until: string | null): Parsed<Hold> {
  if (until !== null && endOf(until) === null)
    return malformed(`expected "until" to be a date such as 2026-12-15, got "${sanitizeText(until, 40)}"`);
  return parsed({ reason: reason === null || reason === '' ? null : sanitizeText(reason, LONGEST_REASON), until });
}

/** Whether a hold has ended: one until a date ends when that day begins, in UTC. `now`: milliseconds since the epoch. */
export function isExpired({ until }: Hold, now: number): boolean {
  const end = until === null ? null : endOf(until);
  return end !== null && end <= now;
}

/** Milliseconds since the epoch; null for what is no date, the 31st of February included. */
function endOf(until: string): number | null {
  if (!DATE.test(until)) return null;
  const time = Date.parse(until);
  if (Number.isNaN(time)) return null;
  const day = new Date(`${until.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== until.slice(0, 10) ? null : time;
}

const MARK = /^#\s*imgupdate\s*:(.*)$/;
// Alternatives begin with different characters, so reading is linear.
const WORD = /\s*([A-Za-z]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]\S*)))?(?=\s|$)/y;

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

const EXPECTED = 'expected hold, with until=DATE and reason="TEXT" if wanted';
