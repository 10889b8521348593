import { malformed, type Parsed, parsed } from './parsed.ts';
import { sanitizeText } from './text.ts';

/** That an image is held back on purpose. `until`: RFC 3339 date or time; null for good. */
export type Hold = { readonly reason: string | null; readonly until: string | null };

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
/** UTF-16 code units. */
export const LONGEST_REASON = 500;

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

/** Parts holds into the first that still counts, and those that have ended. `now`: milliseconds since the epoch. */
export function sortHolds(holds: readonly (Hold | null)[], now: number): { readonly held: Hold | null; readonly expired: readonly Hold[] } {
  const all = holds.filter((hold) => hold !== null);
  const expired = all.filter((hold) => isExpired(hold, now));
  return { held: all.find((hold) => !expired.includes(hold)) ?? null, expired };
}

/** Milliseconds since the epoch; null for what is no date, the 31st of February included. */
function endOf(until: string): number | null {
  if (!DATE.test(until)) return null;
  const time = Date.parse(until);
  if (Number.isNaN(time)) return null;
  const day = new Date(`${until.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== until.slice(0, 10) ? null : time;
}
