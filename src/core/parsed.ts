/** What a `parse...` or `decode...` function gives: the value, or one sentence that says what is wrong with the input. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Wraps a parsed value. */
export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });

/** Wraps what is wrong: starts lowercase, no full stop. */
export const malformed = (message: string): Parsed<never> => ({ ok: false, message });
