/**
 * What a terminal may act on or a reader be fooled by, and JSON.stringify leaves as it is: DEL and C1, bidi and zero-width controls,
 * line and paragraph separators, tag characters. Lone surrogates are escaped by JSON.stringify itself.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * Renders a value as JSON in which every control and format character is escaped: safe to look at, and nothing of it lost.
 *
 * Source: RFC 8259 section 7; Unicode UAX 9 for the directional ones.
 */
export function stringify(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
