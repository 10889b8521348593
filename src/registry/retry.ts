import { parseRetryAfter, waitBeforeRetry } from './backoff.ts';
import type { Exchange } from './exchange.ts';
import { failure, type Failure } from './failure.ts';
import type { HttpResponse } from './transport.ts';

/** Time and chance as they come from outside; `sleep` may end early, by a rejection too, when `signal` aborts. */
export type Clock = {
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
};

export type Attempts = {
  readonly send: () => Promise<Exchange>;
  /** An answer that no waiting mends, 429 or not. */
  readonly isFinal: (response: HttpResponse) => boolean;
  /** Waits before the next try; `throttled` when the whole host asked for quiet. */
  readonly wait: (ms: number, throttled: boolean) => Promise<void>;
  readonly maxRetryWaitMs: number;
  readonly clock: Clock;
};

/** `retryAt`: milliseconds since the epoch. */
export type Tried =
  Extract<Exchange, { kind: 'response' }> | { readonly kind: 'failed'; readonly failure: Failure; readonly retryAt: number | null };

const MAX_TRIES = 3;

/**
 * Sends up to three times: again after a reset, a 5xx or a 408; after a 429 or 503 as soon as the host said, unless that is longer than `maxRetryWaitMs`.
 *
 * 501 is an answer, not an accident. Source: RFC 9110 section 9.2.2 (idempotent methods), section 10.2.3 (Retry-After); RFC 6585 section 4.
 */
export async function sendWithRetries(attempts: Attempts): Promise<Tried> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await attempts.send();
    const isLast = attempt + 1 >= MAX_TRIES;
    if (outcome.kind === 'failed') {
      if (isLast || !outcome.failure.retryable) return { ...outcome, retryAt: null };
      await pause({ attempts, attempt, askedMs: null, throttled: false });
      continue;
    }
    const { response } = outcome;
    if (attempts.isFinal(response) || !isPassing(response.status)) return outcome;
    const throttled = response.status === 429 || response.status === 503;
    const askedMs = throttled ? parseRetryAfter(response.header('retry-after'), bodyText(response), attempts.clock.now()) : null;
    if (isLast || (askedMs ?? 0) > attempts.maxRetryWaitMs)
      return gaveUp({ status: response.status, askedMs, now: attempts.clock.now(), tries: attempt + 1 });
    await pause({ attempts, attempt, askedMs, throttled });
  }
}

/** The text of a body, whatever its bytes. */
export function bodyText(response: HttpResponse): string {
  return Buffer.from(response.body).toString('utf8');
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

async function pause(next: {
  readonly attempts: Attempts;
  readonly attempt: number;
  readonly askedMs: number | null;
  readonly throttled: boolean;
}): Promise<void> {
  const { attempts, attempt, askedMs, throttled } = next;
  const ms = Math.min(
    waitBeforeRetry({ askedMs, attempt, random: attempts.clock.random() }),
    Math.max(attempts.maxRetryWaitMs, askedMs ?? 0),
  );
  await attempts.wait(ms, throttled);
}

function gaveUp(last: { readonly status: number; readonly askedMs: number | null; readonly now: number; readonly tries: number }): Tried {
  const { status, askedMs, now, tries } = last;
  const retryAt = askedMs === null ? null : now + askedMs;
  const times = tries === 1 ? '' : `, ${tries} times`;
  if (status === 429 || askedMs !== null)
    return { kind: 'failed', failure: failure('rate-limited', `asks to be left alone (${status}${times})`, { answered: true }), retryAt };
  return { kind: 'failed', failure: failure('bad-response', `answered ${status}${times}`, { answered: true }), retryAt };
}
