/**
 * Characters GitHub's Markdown gives a meaning to within a line, and a colon or a dot that would make a link of what is around it.
 *
 * Source: GitHub Flavored Markdown, sections 2.5 (entities, which never are markup), 4.10 (tables), 6.9 (autolinks); GitHub Docs, "Writing mathematical
 * expressions".
 */
const MEANINGFUL = /[\\`*_{}[\]<>&|~$!^]|:(?=\/\/)|(?<=www)\./giu;

/** Begins a mention, the number of an issue, an address, an emoji: they are looked for in what is shown, so that only a character between them keeps them apart. */
const LINKING = /[@#](?=[\w-])|\bGH(?=-\d)|(?<!\w):(?=[+-]?\w+:)/giu;

/** Takes no room, and is no part of a word. */
const NOTHING = '&#8203;';

/** Escapes text of one line so that it shows as it is, also in the cell of a table: no markup, no image, no link, no mention, no emoji. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(LINKING, '$&\u0000')
    .replace(MEANINGFUL, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('\u0000', NOTHING);
}

/** What makes a heading, a list or code of a line that begins with it. Source: GitHub Flavored Markdown, sections 4.2, 4.4 and 5.2. */
const STARTING = /^[\s#+-]|(?<=^\d{1,9})[.)](?=\s|$)/u;

/** Keeps a line that is escaped already from being anything but text, whatever it begins with. */
export function escapeStart(escaped: string): string {
  return escaped.replace(STARTING, (character) => `&#${character.charCodeAt(0)};`);
}

/** The same for a sentence, in which what has a digest is code: it is there to be copied, and nothing may stand between its characters. */
export function escapeSentence(text: string): string {
  return text
    .split(' ')
    .map((word) => (/@sha(?:256|512):[a-f0-9]+$/.test(word) ? renderCode(word) : escapeMarkdown(word)))
    .join(' ');
}

/** Renders a name of one line as code, also in the cell of a table; in code nothing becomes a link. */
export function renderCode(text: string): string {
  const isPlain = /^[^\s\\`|](?:[^\\`|]*[^\s\\`|])?$/u.test(text);
  // A backtick, or a backslash before a pipe, ends a code span or a cell in a way that differs from reader to reader.
  return isPlain ? `\`${text}\`` : `<code>${escapeMarkdown(text)}</code>`;
}
