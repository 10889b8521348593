import { sanitizeText } from '../../core/text.ts';
import { interpolate, type Lookup } from './interpolate.ts';

/** `problem`: the first line that cannot be read; nothing behind it is. */
export type Dotenv = {
  readonly values: ReadonlyMap<string, string>;
  readonly problem: { readonly line: number; readonly message: string } | null;
};

const LONGEST_TEXT = 1024 * 1024;

// Anchored where it is tried, and its parts begin with different characters, so reading is linear.
const NAME = /(?:export[ \t]+)?([A-Za-z0-9_.-]+)[ \t]*(?:[=:][ \t]*|(?=\r?\n|$))/y;

/**
 * Reads a `.env` file: `NAME=value`, `export NAME=value`, `NAME: value`, `'...'` as it stands, `"..."` with `\n` and variables, both over several lines; a name
 * alone takes what the environment has. `#` begins a comment, in a bare value only behind a space.
 *
 * Variables in values are those above them and those of `lookup`, which wins.
 * Source: Compose specification, 12-interpolation.md (.env file syntax); compose-go, dotenv/parser.go.
 */
export function parseDotenv(text: string, lookup: Lookup): Dotenv {
  const values = new Map<string, string>();
  const find: Lookup = (name) => lookup(name) ?? values.get(name);
  if (text.length > LONGEST_TEXT) {
    return { values, problem: { line: 1, message: `expected at most ${LONGEST_TEXT} characters, got ${text.length}` } };
  }
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const flawAt = (at: number, message: string): Dotenv => ({ values, problem: { line: body.slice(0, at).split('\n').length, message } });
  for (let at = skip(body, 0); at < body.length; at = skip(body, at)) {
    NAME.lastIndex = at;
    const match = NAME.exec(body);
    if (match === null) return flawAt(at, NO_PAIR);
    const [whole, name = ''] = match;
    const from = at + whole.length;
    if (!/[=:]/.test(whole)) {
      at = from;
      continue;
    }
    const found = readValue(body, from);
    if (found === null) return flawAt(at, `the quoted value of ${sanitizeText(name, 80)} has no end`);
    const expanded = found.isLiteral ? null : interpolate(found.text, find);
    if (expanded?.ok === false) return flawAt(at, `value of ${sanitizeText(name, 80)}: ${expanded.message}`);
    values.set(name, expanded === null ? found.text : expanded.value.text);
    at = found.end;
  }
  return { values, problem: null };
}

/** The line is not repeated: whose file it is only the project says. */
const NO_PAIR = 'expected NAME=VALUE';

/** Behind spaces, empty lines and comments. */
function skip(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '#') at = endOfLine(text, at);
    else if (/\s/.test(character)) at += 1;
    else return at;
  }
  return at;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

type Found = { readonly text: string; readonly isLiteral: boolean; readonly end: number };

/** null: a quote has no end. */
function readValue(text: string, from: number): Found | null {
  const quote = text.charAt(from);
  if (quote !== '"' && quote !== "'") {
    const end = endOfLine(text, from);
    const line = text.slice(from, end);
    const comment = /[ \t]#/.exec(line);
    return { text: (comment === null ? line : line.slice(0, comment.index)).trim(), isLiteral: false, end };
  }
  let end = text.indexOf(quote, from + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf(quote, end + 1);
  if (end === -1) return null;
  const inside = text.slice(from + 1, end);
  if (quote === "'") return { text: inside.replaceAll("\\'", "'"), isLiteral: true, end: end + 1 };
  return {
    text: inside.replace(/\\([nrt"\\$])/g, (_, escaped: string) => ESCAPES.get(escaped) ?? escaped),
    isLiteral: false,
    end: end + 1,
  };
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charAt(first - 1) === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

/** An escaped dollar sign is one, so it must not begin a variable. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['$', '$$'],
]);
