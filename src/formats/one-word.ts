/** A name that a shell takes as one word; every reference that parses is one. */
const ONE_WORD = /^[\w./:@[\]-]+$/;

/** Whether a shell takes a text as one word, without quotes. */
export function isOneWord(text: string): boolean {
  return ONE_WORD.test(text);
}
