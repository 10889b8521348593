/** Whether the character at `at` is white space to a Dockerfile's parser. Source: Go, unicode.IsSpace(). */
export function isSpaceAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code <= 0x20 ? code === 0x20 || (code >= 0x09 && code <= 0x0d) : code >= 0x85 && SPACES.has(code);
}

/** The first place from `from` that is no white space; `end` when there is none. */
export function skipSpace(text: string, from: number, end = text.length): number {
  let at = from;
  while (at < end && isSpaceAt(text, at)) at += 1;
  return at;
}

/** Where the text ends without the white space at its end, not before `from`. */
export function endOfText(text: string, from: number, end = text.length): number {
  let at = end;
  while (at > from && isSpaceAt(text, at - 1)) at -= 1;
  return at;
}

/** NEL and the Z categories of Unicode. */
const SPACES: ReadonlySet<number> = new Set([
  0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f,
  0x205f, 0x3000,
]);
