/** Why a question could not be answered. The kinds are part of the JSON contract. */
export const REASON_KINDS = [
  'unauthorized',
  'not-found-or-private',
  'rate-limited',
  'budget',
  'unreachable',
  'timeout',
  'tls',
  'bad-response',
  'digest-mismatch',
  'unsupported',
  'offline',
  'policy',
  'no-evidence',
  'squashed',
  'ambiguous-tag',
] as const;

/** One of the words above. */
export type ReasonKind = (typeof REASON_KINDS)[number];

/** `retryAt`: RFC 3339 UTC, when the registry said when it will answer again. */
export type Reason = { readonly kind: ReasonKind; readonly message: string; readonly retryAt: string | null };

/** A value, or why there is none. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Reason };

/** Makes a reason; `message` starts lowercase, names the subject and has no full stop. */
export function reason(kind: ReasonKind, message: string, retryAt: string | null = null): Reason {
  return { kind, message, retryAt };
}
