import type { TokenOutcome } from './token-server.ts';

/** `fresh`: asked for so lately that a refusal is not for its age. */
export type Fetched = { readonly outcome: TokenOutcome; readonly fresh: boolean };

/** Gives the kept token, or a new one when that has died or is older than `maxAgeMs`. */
export type TokenKeeper = (maxAgeMs: number) => Promise<Fetched>;

/** A token this young is not the reason for a refusal. */
export const FRESH_MS = 10_000;

/**
 * Asks once for all who wait, and again when the token has died. A failure is kept: the server has been asked as often as it should be.
 * Who asked takes what comes, even from a server so slow that it has died on the way.
 */
export function keepWhileAlive(fetch: () => Promise<TokenOutcome>, now: () => number): TokenKeeper {
  let current: { readonly outcome: Promise<TokenOutcome>; readonly askedAt: number } | null = null;
  return async (maxAgeMs) => {
    for (;;) {
      const isMine = current === null;
      current ??= { outcome: fetch(), askedAt: now() };
      const kept: { readonly outcome: Promise<TokenOutcome>; readonly askedAt: number } = current;
      const outcome = await kept.outcome;
      const age = now() - kept.askedAt;
      const isUsable = outcome.kind !== 'token' || (now() < outcome.token.expiresAt && age <= maxAgeMs);
      if (isMine || isUsable) return { outcome, fresh: age <= FRESH_MS };
      if (current === kept) current = null;
    }
  };
}
