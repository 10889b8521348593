import type { Reason } from './reason.ts';

/** Something that may have been asked already: `unasked` is what a decision names as its need. */
export type Known<T> =
  { readonly state: 'known'; readonly value: T } | { readonly state: 'failed'; readonly reason: Reason } | { readonly state: 'unasked' };
