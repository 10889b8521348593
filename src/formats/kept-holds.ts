import type { KeptHold } from '../check/ports.ts';
import { type Hold, isExpired } from '../core/hold.ts';
import { sanitizeText } from '../core/text.ts';
import { renderTime } from './age.ts';
import { stringify } from './stringify.ts';

/** Longer than any name of an image. */
const LONGEST_NAME = 800;

/** Renders what the user holds back, one a line, the name first: `nginx:1.27 until 2026-12-15: wait for the fix`. `now`: milliseconds since the epoch. */
export function renderHolds(holds: readonly KeptHold[], now: number): string {
  return holds
    .map(({ of, hold }) => {
      const ended = isExpired(hold, now) ? ' (ended)' : '';
      const until = hold.until === null ? '' : ` until ${sanitizeText(hold.until)}${ended}`;
      return `${heldName(of)}${until}${hold.reason === null ? '' : `: ${sanitizeText(hold.reason)}`}\n`;
    })
    .join('');
}

/** Renders the names alone, of those that have not ended. */
export function renderHeldNames(holds: readonly KeptHold[], now: number): string {
  return holds.flatMap(({ of, hold }) => (isExpired(hold, now) ? [] : [`${heldName(of)}\n`])).join('');
}

/** Renders them as one JSON array; times are RFC 3339, UTC. */
export function renderHoldsJson(holds: readonly KeptHold[], now: number): string {
  const entries = holds.map(({ of, hold, heldAt }) => ({
    image: of,
    reason: hold.reason,
    until: hold.until,
    heldAt: renderTime(heldAt),
    ended: isExpired(hold, now),
  }));
  return `${stringify(entries, 2)}\n`;
}

/** Says for how long and why, where either is said: ` until 2026-12-15: wait for the fix`; else ` for good`. */
export function describeHold({ reason, until }: Hold): string {
  const when = until === null ? ' for good' : ` until ${sanitizeText(until)}`;
  return `${when}${reason === null ? '' : `: ${sanitizeText(reason)}`}`;
}

/** What is held back as it is printed. */
export function heldName(of: string): string {
  return sanitizeText(of, LONGEST_NAME);
}
