const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Reproducible builds write dates near the epoch, and Go writes year 1 for none: no age can be told from them. */
const OLDEST_MEANT_DATE_MS = Date.UTC(2000, 0, 1);

/** Renders how long ago something was, both in milliseconds since the epoch: `just now`, `3 min ago`, `5 h ago`, `12 days ago`. */
export function renderAge(then: number, now: number): string {
  const age = now - then;
  if (age < MINUTE_MS) return 'just now';
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min ago`;
  if (age < 2 * DAY_MS) return `${Math.floor(age / HOUR_MS)} h ago`;
  if (age < 90 * DAY_MS) return `${Math.floor(age / DAY_MS)} days ago`;
  if (age < 730 * DAY_MS) return `${Math.floor(age / (30.44 * DAY_MS))} months ago`;
  return `${Math.floor(age / (365.25 * DAY_MS))} years ago`;
}

/** Renders a date an image says of itself: `2026-11-08 (12 days ago)`; without the age where the date is no real one. */
export function renderDate(text: string, now: number): string | null {
  const moment = normalizeTime(text);
  if (moment === null) return null;
  const then = Date.parse(moment);
  const day = moment.slice(0, 10);
  return then < OLDEST_MEANT_DATE_MS ? day : `${day} (${renderAge(then, now)})`;
}

/**
 * Turns a time an image says of itself into RFC 3339, UTC; null when it is none, or Go's zero time, which means that it was not set.
 *
 * Source: RFC 3339 section 5.6; Go time.Time, IsZero().
 */
export function normalizeTime(text: string): string | null {
  if (!RFC_3339.test(text) || text.startsWith('0001-01-01T00:00:00')) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) return null;
  return text.endsWith('Z') ? text : new Date(time).toISOString();
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Renders milliseconds since the epoch in RFC 3339, UTC, to the second: `2026-11-20T12:41:06Z`. */
export function renderTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** Renders a span: `45s`, `15m`, `6h`, `7d`. */
export function renderSeconds(seconds: number): string {
  if (seconds > 0 && seconds % 86_400 === 0) return `${seconds / 86_400}d`;
  if (seconds > 0 && seconds % 3600 === 0) return `${seconds / 3600}h`;
  if (seconds > 0 && seconds % 60 === 0) return `${seconds / 60}m`;
  return `${seconds}s`;
}
