import type { Parsed } from '../../core/parsed.ts';
import { malformed, parsed } from '../../core/parsed.ts';

/** One word of an action. `spaced`: a blank stands before it, so `.A .B` are two operands and `.A.B` is one. */
export type Token = {
  readonly kind: 'field' | 'dot' | 'variable' | 'word' | 'string' | 'number' | 'sign';
  /** The field's or variable's name, the string's value, the number's text, the sign itself. */
  readonly text: string;
  readonly spaced: boolean;
  readonly at: number;
};

/** The words between two delimiters, and where the text goes on. */
export type Action = { readonly tokens: readonly Token[]; readonly end: number; readonly trimsAfter: boolean };

/**
 * Reads the words of an action, from behind `{{` to its `}}`.
 *
 * Strings hold Go's escapes or stand raw between backquotes; a `}}` in them ends nothing. Source: Go text/template/parse, lex.go.
 */
export function readAction(text: string, start: number): Parsed<Action> {
  const tokens: Token[] = [];
  let at = start;
  for (;;) {
    const blank = match(BLANK, text, at);
    at += blank.length;
    const closing = match(CLOSING, text, at);
    if (closing !== '' && (!closing.startsWith('-') || blank !== ''))
      return parsed({ tokens, end: at + closing.length, trimsAfter: closing.startsWith('-') });
    if (at >= text.length) return malformed('unclosed action');
    const token = readToken(text, at);
    if (!token.ok) return token;
    tokens.push({ ...token.value.token, spaced: blank !== '', at });
    at += token.value.length;
  }
}

type Read = { readonly token: Pick<Token, 'kind' | 'text'>; readonly length: number };

const BLANK = /[ \t\r\n]*/y;
const CLOSING = /-?\}\}/y;

/** Sticky patterns, tried in this order. None repeats a repetition, so each takes linear time. */
const SHAPES: readonly { readonly kind: Token['kind']; readonly pattern: RegExp; readonly skip: number }[] = [
  { kind: 'field', pattern: /\.[\p{L}_][\p{L}\p{N}_]*/uy, skip: 1 },
  { kind: 'variable', pattern: /\$[\p{L}\p{N}_]*/uy, skip: 0 },
  { kind: 'word', pattern: /[\p{L}_][\p{L}\p{N}_]*/uy, skip: 0 },
  { kind: 'number', pattern: /[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y, skip: 0 },
  { kind: 'dot', pattern: /\./y, skip: 0 },
  { kind: 'sign', pattern: /:=|[=|(),]/y, skip: 0 },
];

function readToken(text: string, at: number): Parsed<Read> {
  const first = text.charAt(at);
  if (first === '`') return readRaw(text, at);
  if (first === '"' || first === "'") return readQuoted(text, at);
  for (const { kind, pattern, skip } of SHAPES) {
    const found = match(pattern, text, at);
    if (found !== '') return parsed({ token: { kind, text: found.slice(skip) }, length: found.length });
  }
  return malformed(`unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0xfffd))} in command at column ${at + 1}`);
}

function readRaw(text: string, at: number): Parsed<Read> {
  const end = text.indexOf('`', at + 1);
  if (end < 0) return malformed(`unterminated raw quoted string at column ${at + 1}`);
  return parsed({ token: { kind: 'string', text: text.slice(at + 1, end) }, length: end + 1 - at });
}

function readQuoted(text: string, start: number): Parsed<Read> {
  const quote = text.charAt(start);
  const isRune = quote === "'";
  let value = '';
  let at = start + 1;
  for (;;) {
    const plain = match(isRune ? /[^\\'\n]+/y : /[^\\"\n]+/y, text, at);
    value += plain;
    at += plain.length;
    if (text.charAt(at) === quote) break;
    const escape = match(ESCAPE, text, at);
    if (escape === '') {
      const name = isRune ? 'character constant' : 'quoted string';
      return malformed(
        text.charAt(at) === '\\' ? `unknown escape in ${name} at column ${at + 1}` : `unterminated ${name} at column ${start + 1}`,
      );
    }
    value += unescape(escape);
    at += escape.length;
  }
  const length = at + 1 - start;
  if (!isRune) return parsed({ token: { kind: 'string', text: value }, length });
  const points = Array.from(value);
  if (points.length !== 1) return malformed(`malformed character constant at column ${start + 1}`);
  return parsed({ token: { kind: 'number', text: String(value.codePointAt(0)) }, length });
}

const ESCAPE = /\\(?:[abfnrtv\\'"]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})/y;

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

function unescape(escape: string): string {
  const letter = escape.charAt(1);
  if (/[xuU]/.test(letter)) return String.fromCodePoint(Number.parseInt(escape.slice(2), 16));
  if (/[0-7]/.test(letter)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 8));
  return SIMPLE_ESCAPES.get(letter) ?? letter;
}

/** What `pattern`, which is sticky, finds at a place; empty when nothing. */
function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
