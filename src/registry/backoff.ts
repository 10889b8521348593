/** Below this no wait is worth the name. */
const SHORTEST_WAIT_MS = 100;

const FIRST_BACKOFF_MS = 1000;

/** A year: what a registry says beyond it may be more than a date can hold. */
const LONGEST_ASKED_MS = 365 * 86_400_000;

/** Milliseconds of each unit of a Go duration. Source: Go, time.ParseDuration. */
const GO_UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/**
 * How long a registry asks to be left alone, in milliseconds, a year at most; null when it does not say, or names a time that has passed.
 *
 * Reads `Retry-After: 30`, `Retry-After: Wed, 21 Oct 2026 07:28:00 GMT`, and GHCR's body `toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute`.
 * Source: RFC 9110 section 10.2.3.
 */
export function parseRetryAfter(header: string | null, body: string, now: number): number | null {
  return parseHeader(header, now) ?? parseBody(body);
}

/** `1m30.5s` in milliseconds; null when it is no Go duration. Source: Go, time.ParseDuration. */
export function parseGoDuration(text: string): number | null {
  if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|μs|ms|s|m|h)){1,6}$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/g))
    total += Number(amount) * (GO_UNITS.get(unit ?? '') ?? 0);
  return total;
}

/**
 * How long to wait before another try, in milliseconds: what the registry asked for and up to a tenth more, else a random part of a growing time.
 *
 * `attempt` counts from 0; `random` is in [0, 1). Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (full jitter).
 */
export function waitBeforeRetry(wait: { readonly askedMs: number | null; readonly attempt: number; readonly random: number }): number {
  const ms = wait.askedMs === null ? FIRST_BACKOFF_MS * 2 ** wait.attempt * wait.random : wait.askedMs * (1 + wait.random / 10);
  return Math.max(SHORTEST_WAIT_MS, Math.round(ms));
}

function parseHeader(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}(?:\.\d{1,6})?$/.test(text)) return positive(Number(text) * 1000);
  if (!/^[A-Z][a-z]+, /.test(text)) return positive(parseGoDuration(text));
  return positive(Date.parse(text) - now);
}

function parseBody(body: string): number | null {
  const asked = /retry-after:\s*([\d.a-zµμ]{2,40})/i.exec(body)?.[1];
  return asked === undefined ? null : positive(parseGoDuration(asked));
}

function positive(ms: number | null): number | null {
  return ms !== null && ms > 0 ? Math.min(ms, LONGEST_ASKED_MS) : null;
}

/** A moment in milliseconds since the epoch as reasons tell it: RFC 3339 UTC. */
export function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
