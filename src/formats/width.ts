import fastStringWidth from 'fast-string-width';

/** How many cells of a terminal a text takes: two for wide characters and emoji, none for combining marks. */
export function widthOf(text: string): number {
  return isPlain(text) ? text.length : fastStringWidth(text);
}

/** The characters a text must not be cut within. */
export function charactersOf(text: string): readonly string[] {
  if (isPlain(text)) return text.split('');
  return Array.from(new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text), (part) => part.segment);
}

/** Printable ASCII, as nearly every name is: measuring it is counting it. */
function isPlain(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text);
}
