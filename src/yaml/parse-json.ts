import { sanitizeText } from '../core/text.ts';
import type { Position, Span, Tree, TreeEntry } from '../core/tree.ts';
import { DEEPEST, type Flaw, TOO_DEEP } from './flaw.ts';
import type { Lines } from './lines.ts';
import { createJsonScanner, type JsonToken } from './scan-json.ts';

/** A collection that is not closed yet. `key`: the one whose value comes next. */
type Open =
  | { readonly kind: 'mapping'; readonly entries: TreeEntry[]; readonly keys: Set<string>; readonly start: Position; key: Key | null }
  | { readonly kind: 'sequence'; readonly items: Tree[]; readonly start: Position };

type Key = { readonly text: string; readonly span: Span };

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'document';

const WANTED: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or end': 'a value or "]"',
  key: 'a key in double quotes',
  'key or end': 'a key in double quotes or "}"',
  colon: '":"',
  'comma or end': '"," or the end of what it stands in',
  document: 'an object, a list or another value',
};

/** About as many as 1.5 GB of memory hold. */
const MOST_NODES = 3_000_000;

/** Reads the values of a JSON text without a byte order mark; `lines` are its own. Comments and commas before an end are refused, as RFC 8259 has neither. */
export function parseJson(text: string, lines: Lines): { readonly ok: true; readonly documents: readonly Tree[] } | Flaw {
  const scan = createJsonScanner(text, lines);
  const reading: Reading = { documents: [], open: [], expected: 'document', nodes: 0 };
  for (let token = scan(); token.kind !== 'end' || reading.expected !== 'document'; token = scan()) {
    const wrong = take(reading, token);
    if (wrong !== null) return { ok: false, message: wrong, offset: token.offset };
  }
  return { ok: true, documents: reading.documents };
}

type Reading = { readonly documents: Tree[]; readonly open: Open[]; expected: Expected; nodes: number };

/** @returns what is wrong with the token; null when it was taken. */
function take(reading: Reading, token: JsonToken): string | null {
  const { expected } = reading;
  const parent = reading.open.at(-1);
  switch (token.kind) {
    case '{':
    case '[':
      if (!VALUE.has(expected)) return describe(expected, token);
      reading.open.push(openAt(token.kind, startOf(token)));
      reading.expected = token.kind === '{' ? 'key or end' : 'value or end';
      return reading.open.length > DEEPEST ? TOO_DEEP : null;
    case '}':
      if (parent?.kind !== 'mapping' || !MAY_END.has(expected)) return describe(expected, token);
      reading.open.pop();
      return add(reading, { kind: 'mapping', entries: parent.entries, span: { start: parent.start, end: endOf(token) }, tag: null });
    case ']':
      if (parent?.kind !== 'sequence' || !MAY_END.has(expected)) return describe(expected, token);
      reading.open.pop();
      return add(reading, { kind: 'sequence', items: parent.items, span: { start: parent.start, end: endOf(token) }, tag: null });
    case ':':
      if (expected !== 'colon') return describe(expected, token);
      reading.expected = 'value';
      return null;
    case ',':
      if (expected !== 'comma or end') return describe(expected, token);
      reading.expected = parent?.kind === 'mapping' ? 'key' : 'value';
      return null;
    case 'string':
      if (parent?.kind === 'mapping' && KEY.has(expected)) return takeKey(reading, parent, token);
      return takeScalar(reading, token, token.text);
    case 'number':
      return takeScalar(reading, token, Number(token.text));
    case 'word':
      return takeScalar(reading, token, WORDS.get(token.text));
    case 'bad':
    case 'end':
      return describe(expected, token);
  }
}

const VALUE: ReadonlySet<Expected> = new Set(['value', 'value or end', 'document']);
const KEY: ReadonlySet<Expected> = new Set(['key', 'key or end']);
const MAY_END: ReadonlySet<Expected> = new Set(['comma or end', 'value or end', 'key or end']);
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
]);

function openAt(kind: '{' | '[', start: Position): Open {
  return kind === '{' ? { kind: 'mapping', entries: [], keys: new Set(), start, key: null } : { kind: 'sequence', items: [], start };
}

function takeKey(reading: Reading, parent: Extract<Open, { kind: 'mapping' }>, token: JsonToken): string | null {
  if (parent.keys.has(token.text)) return `key "${sanitizeText(token.text, 80)}" stands twice in one mapping`;
  parent.keys.add(token.text);
  parent.key = { text: token.text, span: spanOf(token) };
  reading.expected = 'colon';
  return null;
}

/** `value`: undefined for a word that is none. */
function takeScalar(reading: Reading, token: JsonToken, value: string | number | boolean | null | undefined): string | null {
  if (value === undefined || !VALUE.has(reading.expected)) return describe(reading.expected, token);
  return add(reading, { kind: 'scalar', value, text: token.text, span: spanOf(token), tag: null });
}

const startOf = ({ line, column }: JsonToken): Position => ({ line, column });
const endOf = ({ line, column, length }: JsonToken): Position => ({ line, column: column + length });

/** Of a string what stands between its quotes. */
function spanOf({ kind, line, column, length }: JsonToken): Span {
  const quote = kind === 'string' ? 1 : 0;
  return { start: { line, column: column + quote }, end: { line, column: column + length - quote } };
}

/** Puts a value where it belongs. */
function add(reading: Reading, tree: Tree): string | null {
  const parent = reading.open.at(-1);
  reading.expected = parent === undefined ? 'document' : 'comma or end';
  if (parent === undefined) reading.documents.push(tree);
  else if (parent.kind === 'sequence') parent.items.push(tree);
  else if (parent.key !== null) parent.entries.push({ key: parent.key.text, keySpan: parent.key.span, value: tree, comments: [] });
  reading.nodes += 1;
  return reading.nodes > MOST_NODES ? `expected at most ${MOST_NODES} values` : null;
}

function describe(expected: Expected, { kind, text }: JsonToken): string {
  if (kind === 'end') return `expected ${WANTED[expected]}, got the end of the text`;
  if (text.startsWith('"') && kind === 'bad')
    return `expected a string that ends on its line and has valid escapes, got ${sanitizeText(text, 40)}`;
  return `expected ${WANTED[expected]}, got "${sanitizeText(text, 40)}"`;
}
