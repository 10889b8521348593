import { createScanner, type JSONScanner } from 'jsonc-parser';
import { sanitizeText } from '../core/text.ts';
import type { Span, Tree, TreeEntry } from '../core/tree.ts';
import { DEEPEST, type Flaw, TOO_DEEP } from './flaw.ts';

/** The scanner's tokens; its own enumeration has no values at run time. */
const TOKEN = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  null: 7,
  true: 8,
  false: 9,
  string: 10,
  number: 11,
  lineComment: 12,
  blockComment: 13,
  lineBreak: 14,
  space: 15,
  end: 17,
} as const;

/** A collection that is not closed yet. `key`: the one whose value comes next. */
type Open =
  | { readonly kind: 'mapping'; readonly entries: TreeEntry[]; readonly keys: Set<string>; readonly start: Span['start']; key: Key | null }
  | { readonly kind: 'sequence'; readonly items: Tree[]; readonly start: Span['start'] };

type Key = { readonly text: string; readonly span: Span };

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'document';

const WANTED: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or end': 'a value or "]"',
  key: 'a key in double quotes',
  'key or end': 'a key in double quotes or "}"',
  colon: '":"',
  'comma or end': '"," or the end of what it stands in',
  document: 'one value, or several one after the other',
};

/** Reads the values of a JSON text without a byte order mark. Comments and commas before an end are refused, as RFC 8259 has neither. */
export function parseJson(text: string): { readonly ok: true; readonly documents: readonly Tree[] } | Flaw {
  const scanner = createScanner(text, false);
  const documents: Tree[] = [];
  const open: Open[] = [];
  const reading: { expected: Expected } = { expected: 'document' };
  const add = (tree: Tree): void => {
    const parent = open.at(-1);
    reading.expected = parent === undefined ? 'document' : 'comma or end';
    if (parent === undefined) documents.push(tree);
    else if (parent.kind === 'sequence') parent.items.push(tree);
    else if (parent.key !== null) parent.entries.push({ key: parent.key.text, keySpan: parent.key.span, value: tree, comments: [] });
  };
  for (;;) {
    const token: number = scanner.scan();
    const error: number = scanner.getTokenError();
    if (token === TOKEN.lineBreak || token === TOKEN.space) continue;
    const offset = scanner.getTokenOffset();
    const parent = open.at(-1);
    const { expected } = reading;
    if (error !== 0) return flaw(describeError(error), offset);
    const wantsValue = expected === 'value' || expected === 'value or end' || expected === 'document';
    const mayEnd = expected === 'comma or end' || expected === 'value or end' || expected === 'key or end';
    const start = startOf(scanner);
    if (token === TOKEN.end && expected === 'document') return { ok: true, documents };
    if (token === TOKEN.openBrace && wantsValue) {
      open.push({ kind: 'mapping', entries: [], keys: new Set(), start, key: null });
      reading.expected = 'key or end';
    } else if (token === TOKEN.openBracket && wantsValue) {
      open.push({ kind: 'sequence', items: [], start });
      reading.expected = 'value or end';
    } else if (token === TOKEN.string && parent?.kind === 'mapping' && (expected === 'key' || expected === 'key or end')) {
      const key = scanner.getTokenValue();
      if (parent.keys.has(key)) return flaw(`key "${sanitizeText(key, 80)}" stands twice in one mapping`, offset);
      parent.keys.add(key);
      parent.key = { text: key, span: spanOf(scanner, 1) };
      reading.expected = 'colon';
    } else if (token === TOKEN.colon && expected === 'colon') {
      reading.expected = 'value';
    } else if (token === TOKEN.comma && expected === 'comma or end') {
      reading.expected = parent?.kind === 'mapping' ? 'key' : 'value';
    } else if (token === TOKEN.closeBrace && parent?.kind === 'mapping' && mayEnd) {
      open.pop();
      add({ kind: 'mapping', entries: parent.entries, span: { start: parent.start, end: spanOf(scanner, 0).end }, tag: null });
    } else if (token === TOKEN.closeBracket && parent?.kind === 'sequence' && mayEnd) {
      open.pop();
      add({ kind: 'sequence', items: parent.items, span: { start: parent.start, end: spanOf(scanner, 0).end }, tag: null });
    } else {
      const scalar = wantsValue ? readScalar(scanner, token) : null;
      if (scalar === null) return flaw(`expected ${WANTED[expected]}, got ${describeToken(scanner, token)}`, offset);
      add(scalar);
    }
    if (open.length > DEEPEST) return flaw(TOO_DEEP, offset);
  }
}

function readScalar(scanner: JSONScanner, token: number): Tree | null {
  const text = scanner.getTokenValue();
  if (token === TOKEN.string) return { kind: 'scalar', value: text, text, span: spanOf(scanner, 1), tag: null };
  const value = token === TOKEN.number ? Number(text) : KEYWORDS.get(token);
  return value === undefined ? null : { kind: 'scalar', value, text, span: spanOf(scanner, 0), tag: null };
}

const KEYWORDS: ReadonlyMap<number, boolean | null> = new Map([
  [TOKEN.null, null],
  [TOKEN.true, true],
  [TOKEN.false, false],
]);

function startOf(scanner: JSONScanner): Span['start'] {
  return { line: scanner.getTokenStartLine() + 1, column: scanner.getTokenStartCharacter() + 1 };
}

/** A token stands on one line. `quotes`: how many characters at each end do not belong to it. */
function spanOf(scanner: JSONScanner, quotes: number): Span {
  const { line, column } = startOf(scanner);
  return { start: { line, column: column + quotes }, end: { line, column: column + scanner.getTokenLength() - quotes } };
}

function describeToken(scanner: JSONScanner, token: number): string {
  if (token === TOKEN.end) return 'the end of the text';
  if (token === TOKEN.lineComment || token === TOKEN.blockComment) return 'a comment';
  return `"${sanitizeText(scanner.getTokenValue(), 40)}"`;
}

/** By the scanner's numbers: unexpected end of a comment, a string or a number, then what is wrong in a string. */
const ERRORS: readonly string[] = [
  '',
  'a comment has no end',
  'a string has no end on its line',
  'a number has no end',
  'expected four hexadecimal digits after "\\u"',
  'expected one of "\\/bfnrtu after a backslash',
  'a control character stands in a string',
];

const describeError = (code: number): string => ERRORS[code] ?? 'cannot read this';

function flaw(message: string, offset: number): Flaw {
  return { ok: false, message, offset };
}
