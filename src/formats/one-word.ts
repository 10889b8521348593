/** A name that a shell takes as one word; every reference that parses is one. */
const ONE_WORD = /^[\w./:@[\]-]+$/;

/** Longer than any reference that parses: nobody types it. */
const LONGEST = 1000;

/** What every shell leaves as it is without quotes: in some, brackets are a pattern. */
const BARE = /^[\w./:@=,+-]+$/;

/** What means nothing else within double quotes, nor within the single ones that a whole command is told in. */
const QUOTABLE = /^[\w ./:@=,+[\]*?{}~%-]+$/;

/** Whether a shell takes a text as one word, without quotes. */
export function isOneWord(text: string): boolean {
  return text.length <= LONGEST && ONE_WORD.test(text);
}

/** A text as a shell takes it for one word: `nginx:1.27`, `"ghcr.io/acme/*"`; null where quotes do not do. */
export function quoteWord(text: string): string | null {
  if (text.length > LONGEST) return null;
  if (BARE.test(text)) return text;
  return QUOTABLE.test(text) ? `"${text}"` : null;
}
