/**
 * C0, DEL and C1 controls, line and paragraph separators, zero-width and bidirectional formatting characters, the byte order mark, tag characters, and
 * surrogates without a partner.
 */
const UNPRINTABLE =
  /[\u{0}-\u{1f}\u{7f}-\u{9f}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}\p{Cs}]/gu;

/** The first half of a character the cut went through. */
const TRAILING_HALF = /[\ud800-\udbff]$/;

/**
 * Makes text from a registry, a label or a file safe to print on one line: every character that could move the cursor, start an escape sequence, reorder or hide
 * text becomes U+FFFD.
 *
 * `maxLength` counts UTF-16 code units; longer text is cut at a character boundary and ends with `…`.
 * Source: ECMA-48 (control functions); Unicode UAX #9 (bidirectional formatting), section 2.
 */
export function sanitizeText(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  if (text.length <= maxLength) return text.replace(UNPRINTABLE, '\u{fffd}');
  const kept = text.slice(0, Math.max(0, maxLength - 1)).replace(TRAILING_HALF, '');
  return `${kept.replace(UNPRINTABLE, '\u{fffd}')}…`;
}
