import { Composer, isAlias, isMap, isScalar, Lexer, Parser } from 'yaml';
import type { Document, ParsedNode, Range, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { sanitizeText } from '../core/text.ts';
import type { Span, Tree, TreeEntry } from '../core/tree.ts';
import { type Lines, positionAt } from './lines.ts';
import { DEEPEST, type Flaw, TOO_DEEP } from './flaw.ts';
import { joinLines } from './join-lines.ts';
import { resolveScalar } from './resolve-scalar.ts';

/** Nodes that aliases may add. */
const MOST_ALIASED = 1_000_000;

/** Line ends, indentations, words, marks: what time and memory go with. So many take some seconds and at worst 1.2 GB. */
const MOST_LEXEMES = 2_000_000;
const MOST_DOCUMENTS = 20_000;
const MOST_COMMENTS = 100;

/** Reads every document of a YAML text without a byte order mark; `lines` are its own. */
export function parseYaml(text: string, lines: Lines): Documents | Flaw {
  const strict = parseStrictly(text, lines);
  const joined = strict.ok ? null : joinLines(text);
  const lenient = joined === null ? strict : parseStrictly(joined, lines);
  return lenient.ok ? lenient : strict;
}

type Documents = { readonly ok: true; readonly documents: readonly Tree[] };

function parseStrictly(text: string, lines: Lines): Documents | Flaw {
  const parser = new Parser();
  // Of the failsafe schema a scalar is text, whatever a %YAML directive says; what it means is decided here.
  const composer = new Composer({
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: Tree[] = [];
  const take = (composed: Iterable<Document.Parsed>): Flaw | null => {
    for (const document of composed) {
      const built = buildDocument(document, { text, lines });
      if (!built.ok) return built;
      documents.push(built.tree);
      if (documents.length > MOST_DOCUMENTS) return flaw(`expected at most ${MOST_DOCUMENTS} documents`, document.range[0]);
    }
    return null;
  };
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > MOST_LEXEMES) return flaw(`expected at most ${MOST_LEXEMES} words and marks`, parser.offset);
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error') return flaw(token.message, token.offset);
      const wrong = take(composer.next(token));
      if (wrong !== null) return wrong;
    }
    if (parser.stack.length > DEEPEST + 2) return flaw(TOO_DEEP, parser.offset);
  }
  for (const token of parser.end()) {
    const wrong = take(composer.next(token));
    if (wrong !== null) return wrong;
  }
  const wrong = take(composer.end());
  if (wrong !== null) return wrong;
  const loose = composer.streamInfo().errors[0];
  return loose === undefined ? { ok: true, documents } : flaw(loose.message, loose.pos[0]);
}

const TOO_MANY = `expected aliases to add at most ${MOST_ALIASED} nodes`;

type Source = { readonly text: string; readonly lines: Lines };

/** What is known while a document is built. `flaw`: the first one; from then on nothing more is made of it. */
type Building = Source & {
  readonly anchors: Map<string, Anchored | 'open'>;
  aliased: number;
  made: number;
  deepest: number;
  flaw: Flaw | null;
  /** The last line on which something stands that is no comment. */
  lastLine: number;
  /** Behind the last scalar, alias or bracket. */
  lastEnd: number;
};

/** `size`: how many nodes it is when walked. `height`: how many levels. */
type Anchored = { readonly tree: Tree; readonly size: number; readonly height: number };

function buildDocument(document: Document.Parsed, source: Source): { readonly ok: true; readonly tree: Tree } | Flaw {
  const [first] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (first !== undefined) return flaw(first.message, first.pos[0]);
  const building: Building = { ...source, anchors: new Map(), aliased: 0, made: 0, deepest: 0, flaw: null, lastLine: 0, lastEnd: 0 };
  const tree = build(document.contents, building, 1, document.range[0]);
  return building.flaw ?? { ok: true, tree };
}

/** `at`: where a node that is not there would stand. */
function build(node: ParsedNode | null, building: Building, depth: number, at: number): Tree {
  if (node === null) return nothingAt(building, at);
  building.deepest = Math.max(building.deepest, depth);
  if (isAlias(node)) return resolveAlias(node.source, building, depth, node.range[0]);
  building.made += 1;
  if (node.anchor === undefined) return buildNode(node, building, depth);
  const before = { deepest: building.deepest, size: building.made + building.aliased };
  building.deepest = depth;
  building.anchors.set(node.anchor, 'open');
  const tree = buildNode(node, building, depth);
  building.anchors.set(node.anchor, {
    tree,
    size: building.made + building.aliased - before.size + 1,
    height: building.deepest - depth,
  });
  building.deepest = Math.max(before.deepest, building.deepest);
  return tree;
}

function nothingAt(building: Building, offset: number): Tree {
  return { kind: 'scalar', value: null, text: '', span: spanOf(building, offset, offset), tag: null };
}

function resolveAlias(name: string, building: Building, depth: number, offset: number): Tree {
  building.lastLine = positionAt(building.lines, offset).line;
  building.lastEnd = offset + name.length + 1;
  const anchored = building.anchors.get(name);
  const shown = sanitizeText(name, 80);
  if (anchored === undefined) return refuse(building, `alias "${shown}" names no anchor above it`, offset);
  if (anchored === 'open') return refuse(building, `alias "${shown}" names what it stands in`, offset);
  building.aliased += anchored.size;
  building.deepest = Math.max(building.deepest, depth + anchored.height);
  if (building.aliased > MOST_ALIASED) return refuse(building, TOO_MANY, offset);
  if (building.deepest > DEEPEST) return refuse(building, TOO_DEEP, offset);
  return anchored.tree;
}

function refuse(building: Building, message: string, offset: number): Tree {
  building.flaw ??= flaw(message, offset);
  return nothingAt(building, offset);
}

function buildNode(node: Scalar.Parsed | YAMLMap.Parsed | YAMLSeq.Parsed, building: Building, depth: number): Tree {
  if (isScalar(node)) return buildScalar(node, building);
  const entries = isMap(node) ? buildEntries(node, building, depth) : [];
  const items = isMap(node) ? [] : node.items.map((item) => build(item, building, depth + 1, node.range[0]));
  // In block style the range goes on to what comes next.
  if (node.flow === true) building.lastEnd = node.range[1];
  const span = spanOf(building, node.range[0], Math.max(node.range[0], building.lastEnd));
  const tag = node.tag ?? null;
  return isMap(node) ? { kind: 'mapping', entries, span, tag } : { kind: 'sequence', items, span, tag };
}

function buildScalar(node: Scalar.Parsed, building: Building): Extract<Tree, { kind: 'scalar' }> {
  const isQuoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
  const [start, end] = isQuoted ? [node.range[0] + 1, node.range[1] - 1] : [node.range[0], node.range[1]];
  const span = spanOf(building, start, end);
  building.lastEnd = node.range[1];
  building.lastLine = span.end.column === 1 ? Math.max(span.start.line, span.end.line - 1) : span.end.line;
  const tag = node.tag ?? null;
  return { kind: 'scalar', value: resolveScalar(node.source, node.type === 'PLAIN' ? 'plain' : 'text', tag), text: node.source, span, tag };
}

/** Its own entries, then what merge keys add; the nearer one wins. */
function buildEntries(mapping: YAMLMap.Parsed, building: Building, depth: number): readonly TreeEntry[] {
  const entries = new Map<string, TreeEntry>();
  const merged: { readonly tree: Tree; readonly offset: number }[] = [];
  let mayMerge = true;
  for (const { key: keyNode, value: valueNode } of mapping.items) {
    if (building.flaw !== null) break;
    const offset = rangeOf(keyNode)?.[0] ?? mapping.range[0];
    const comments = commentsAbove(building, offset);
    const key = build(keyNode, building, depth + 1, offset);
    const value = build(valueNode, building, depth + 1, rangeOf(keyNode)?.[2] ?? offset);
    if (key.kind !== 'scalar') {
      refuse(building, `expected a key to be text, got a ${key.kind}`, offset);
    } else if (isMergeKey(keyNode) && mayMerge) {
      mayMerge = false;
      for (const tree of value.kind === 'sequence' ? value.items : [value]) merged.push({ tree, offset });
    } else if (entries.has(key.text) || isMergeKey(keyNode)) {
      refuse(building, `key "${sanitizeText(key.text, 80)}" stands twice in one mapping`, offset);
    } else {
      entries.set(key.text, { key: key.text, keySpan: key.span, value, comments });
    }
  }
  for (const { tree, offset } of merged) mergeInto(entries, tree, building, offset);
  return [...entries.values()];
}

const rangeOf = (node: ParsedNode | null): Range | null => node?.range ?? null;

/** Source: yaml.org/type/merge; a quoted one is an ordinary key. */
function isMergeKey(node: ParsedNode | null): boolean {
  return isScalar(node) && node.source === '<<' && node.type === 'PLAIN' && (node.tag === undefined || node.tag === MERGE_TAG);
}

const MERGE_TAG = 'tag:yaml.org,2002:merge';

function mergeInto(entries: Map<string, TreeEntry>, tree: Tree, building: Building, offset: number): void {
  if (building.flaw !== null) return;
  if (tree.kind !== 'mapping') {
    refuse(building, `expected "<<" to have a mapping or a list of mappings, got a ${tree.kind}`, offset);
    return;
  }
  building.aliased += tree.entries.length;
  if (building.aliased > MOST_ALIASED) refuse(building, TOO_MANY, offset);
  for (const entry of tree.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
}

/** The lines of comment above the line of `offset`, when nothing else stands before it on its own line. */
function commentsAbove({ text, lines, lastLine }: Building, offset: number): readonly string[] {
  const { line } = positionAt(lines, offset);
  const comments: string[] = [];
  for (let above = line - 1; above > lastLine && line - above <= MOST_COMMENTS; above -= 1) {
    const comment = text.slice(lines[above - 1], (lines[above] ?? text.length) - 1).trim();
    if (!comment.startsWith('#')) break;
    comments.unshift(comment);
  }
  return line > lastLine ? comments : [];
}

function spanOf({ lines }: Source, start: number, end: number): Span {
  return { start: positionAt(lines, start), end: positionAt(lines, end) };
}

function flaw(message: string, offset: number): Flaw {
  const plain = sanitizeText(message, 200);
  return { ok: false, message: plain.charAt(0).toLowerCase() + plain.slice(1), offset };
}
