import { type Hold, isExpired, LONGEST_REASON, makeHold } from '../core/hold.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';

/** What `hold` understands. */
export type HoldOptions = { readonly reason?: string; readonly until?: string };

const DAY_MS = 86_400_000;

/** How far away a date is that is given as an example. */
const EXAMPLE_DAYS = 30;

/**
 * Reads why and until when something is to be held back; what is not said is null. `now`: milliseconds since the epoch.
 *
 * Unlike in a file, which may grow old, an end that has passed is refused.
 * @throws ImgupdateError 'usage', naming the option.
 */
export function readHoldOptions({ reason, until }: HoldOptions, now: number): Hold {
  const example = `--until ${new Date(now + EXAMPLE_DAYS * DAY_MS).toISOString().slice(0, 10)}`;
  const text = reason?.trim() ?? '';
  if (text.length > LONGEST_REASON) {
    throw refuse('--reason', `expected at most ${LONGEST_REASON} characters, got ${text.length}`, 'say it in fewer words');
  }
  if (sanitizeText(text) !== text) {
    throw refuse('--reason', 'expected one line of text, got control or formatting characters', 'leave them out');
  }
  const hold = makeHold(text, until ?? null);
  if (!hold.ok) {
    const what = `expected a date such as 2026-12-15, got "${sanitizeText(until ?? '', 40)}"`;
    throw refuse('--until', what, `write year, month and day: ${example}`);
  }
  if (isExpired(hold.value, now)) {
    const what = `expected a day to come, got ${sanitizeText(until ?? '', 40)}, which has begun`;
    throw refuse('--until', what, `name a later one: ${example}`);
  }
  return hold.value;
}

function refuse(option: string, what: string, hint: string): ImgupdateError {
  return new ImgupdateError('usage', `cannot read ${option}: ${what}`, { hint });
}
