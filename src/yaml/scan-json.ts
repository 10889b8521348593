import type { Lines } from './lines.ts';

/**
 * The token that was read last; one object for all of them, as there may be ten millions.
 *
 * `text`: of a string what it means, of others what stands there. `bad`: what no token begins with, or a string that is none.
 */
export type JsonToken = {
  kind: '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'number' | 'word' | 'end' | 'bad';
  text: string;
  offset: number;
  /** Lines and columns count from 1; no token is longer than its line. */
  line: number;
  column: number;
  /** Characters in the text. */
  length: number;
};

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const WORD = /[A-Za-z]+/y;

/** Gives the tokens of a JSON text one after the other, at its end for ever `end`. Source: RFC 8259, sections 2 to 7. */
export function createJsonScanner(text: string, lines: Lines): () => JsonToken {
  const token: JsonToken = { kind: 'end', text: '', offset: 0, line: 1, column: 1, length: 0 };
  return () => {
    token.offset = skipSpace(text, token.offset + token.length);
    while ((lines[token.line] ?? Number.POSITIVE_INFINITY) <= token.offset) token.line += 1;
    token.column = token.offset - (lines[token.line - 1] ?? 0) + 1;
    scanToken(text, token);
    return token;
  };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; code = text.charCodeAt(at))
    at += 1;
  return at;
}

function scanToken(text: string, token: JsonToken): void {
  const character = text.charAt(token.offset);
  switch (character) {
    case '':
      set(token, 'end', '');
      return;
    case '{':
    case '}':
    case '[':
    case ']':
    case ',':
    case ':':
      set(token, character, character);
      return;
    case '"':
      scanString(text, token);
      return;
  }
  const number = matchAt(NUMBER, text, token.offset);
  const word = number === '' ? matchAt(WORD, text, token.offset) : '';
  if (number !== '') set(token, 'number', number);
  else if (word !== '') set(token, 'word', word);
  else set(token, 'bad', character);
}

function set(token: JsonToken, kind: JsonToken['kind'], text: string): void {
  token.kind = kind;
  token.text = text;
  token.length = text.length;
}

function scanString(text: string, token: JsonToken): void {
  const from = token.offset + 1;
  let end = text.indexOf('"', from);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  const inside = end === -1 ? null : text.slice(from, end);
  const meant = inside === null || /[\t\n\r]/.test(inside) ? null : inside.includes('\\') ? unescape(inside) : inside;
  set(token, meant === null ? 'bad' : 'string', meant ?? text.slice(token.offset, token.offset + 41));
  token.length = meant === null ? 1 : end - token.offset + 1;
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charAt(first - 1) === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

/** null: an escape is none. */
function unescape(inside: string): string | null {
  try {
    const value: unknown = JSON.parse(`"${inside}"`);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
