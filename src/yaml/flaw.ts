/** What is wrong with a text, and at which character; `message` is safe to print. */
export type Flaw = { readonly ok: false; readonly message: string; readonly offset: number };

/** Levels of mappings and lists, aliases included: far more than any file for people has, and few enough to walk by recursion. */
export const DEEPEST = 512;

export const TOO_DEEP = `expected at most ${DEEPEST} levels of nesting`;
