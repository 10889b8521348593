import type { Parsed } from '../../core/parsed.ts';
import { malformed, parsed } from '../../core/parsed.ts';
import type { Loop, Node } from './ast.ts';
import type { Cursor } from './parse-pipeline.ts';
import { fail, nextSign, parsePipeline, peek } from './parse-pipeline.ts';
import type { Piece } from './scan.ts';
import { scanTemplate } from './scan.ts';
import type { Token } from './tokens.ts';

const MAX_TEMPLATE = 65_536;
const MAX_DEPTH = 100;

/**
 * Parses the part of Go's template language that docker's `--format` is used with.
 *
 * Actions: pipelines, variables, `if`, `else if`, `else`, `with`, `range`, `end`, comments. Nested templates, `break` and `continue` are refused by name.
 * Source: Go text/template, "Actions".
 */
export function parseTemplate(text: string): Parsed<readonly Node[]> {
  if (text.length > MAX_TEMPLATE) return malformed(`the template is longer than ${MAX_TEMPLATE} characters`);
  const pieces = scanTemplate(text);
  if (!pieces.ok) return pieces;
  const state: State = { pieces: pieces.value, next: 0, failure: null };
  const { nodes, ending } = parseNodes(state, 0);
  if (ending !== null) note(state, `unexpected {{${ending.word}}} at column ${ending.at + 1}`);
  return state.failure === null ? parsed(nodes) : malformed(state.failure);
}

/** The first failure is kept; with it the pieces are used up, so that every loop ends. */
type State = { readonly pieces: readonly Piece[]; next: number; failure: string | null };

type Ending = { readonly word: 'end' | 'else'; readonly rest: readonly Token[]; readonly at: number };

function parseNodes(state: State, depth: number): { readonly nodes: readonly Node[]; readonly ending: Ending | null } {
  const nodes: Node[] = [];
  for (;;) {
    const piece = state.pieces[state.next];
    if (piece === undefined) return { nodes, ending: null };
    state.next += 1;
    if (piece.kind === 'text') {
      nodes.push(piece);
      continue;
    }
    const [first, ...rest] = piece.tokens;
    if (first === undefined) note(state, `missing value for command at column ${piece.at + 1}`);
    else if (first.kind === 'word' && (first.text === 'end' || first.text === 'else'))
      return { nodes, ending: { word: first.text, rest, at: piece.at } };
    else if (first.kind === 'word' && isBlockWord(first.text))
      nodes.push(...parseBlock(state, { word: first.text, rest, at: piece.at }, depth));
    else if (first.kind === 'word' && REFUSED.has(first.text)) note(state, `{{${first.text}}} at column ${piece.at + 1} is not supported`);
    else nodes.push({ kind: 'pipeline', pipeline: take(state, piece.tokens, piece.at, parsePipeline) });
  }
}

const REFUSED: ReadonlySet<string> = new Set(['define', 'template', 'block', 'break', 'continue']);

type BlockWord = 'if' | 'with' | 'range';

type Opening = { readonly word: BlockWord; readonly rest: readonly Token[]; readonly at: number };

function isBlockWord(word: string): word is BlockWord {
  return word === 'if' || word === 'with' || word === 'range';
}

function parseBlock(state: State, opening: Opening, depth: number): readonly Node[] {
  if (depth >= MAX_DEPTH) {
    note(state, `blocks are nested deeper than ${MAX_DEPTH}`);
    return [];
  }
  if (opening.word === 'range') {
    const loop = take(state, opening.rest, opening.at, parseLoop);
    return [{ kind: 'range', loop, ...parseBranches(state, opening, depth) }];
  }
  const pipeline = take(state, opening.rest, opening.at, parsePipeline);
  return [{ kind: opening.word, pipeline, ...parseBranches(state, opening, depth) }];
}

function parseBranches(
  state: State,
  opening: Opening,
  depth: number,
): { readonly body: readonly Node[]; readonly otherwise: readonly Node[] } {
  const { nodes: body, ending } = parseNodes(state, depth + 1);
  if (ending?.word === 'end' && ending.rest.length === 0) return { body, otherwise: [] };
  if (ending?.word !== 'else') {
    note(state, `unclosed {{${opening.word}}} at column ${opening.at + 1}: expected {{end}}`);
    return { body, otherwise: [] };
  }
  const [word, ...rest] = ending.rest;
  if (word?.kind === 'word' && word.text === opening.word && word.text !== 'range')
    return { body, otherwise: parseBlock(state, { word: word.text, rest, at: ending.at }, depth + 1) };
  if (word !== undefined) note(state, `unexpected "${word.text}" after else at column ${word.at + 1}`);
  const { nodes: otherwise, ending: closing } = parseNodes(state, depth + 1);
  if (closing?.word !== 'end') note(state, `unclosed {{${opening.word}}} at column ${opening.at + 1}: expected {{end}}`);
  return { body, otherwise };
}

/** `$value := PIPELINE`, `$key, $value := PIPELINE` or `PIPELINE`. */
function parseLoop(cursor: Cursor): Loop {
  const [first, comma, second, sign] = cursor.tokens;
  if (first?.kind === 'variable' && comma?.text === ',' && second?.kind === 'variable' && sign?.text === ':=') {
    cursor.next = 4;
    return { key: first.text, value: second.text, pipeline: parsePipeline(cursor) };
  }
  const pipeline = parsePipeline(cursor);
  return { key: null, value: pipeline.target?.name ?? null, pipeline: { ...pipeline, target: null } };
}

/** Lets `parse` read all of an action's words. */
function take<T>(state: State, tokens: readonly Token[], at: number, parse: (cursor: Cursor) => T): T {
  const cursor: Cursor = { tokens, next: 0, at, depth: 0, failure: null };
  const value = parse(cursor);
  const left = peek(cursor);
  if (left !== null) fail(cursor, nextSign(cursor, ')') ? 'unexpected right paren' : `unexpected "${left.text}"`);
  if (cursor.failure !== null) note(state, cursor.failure);
  return value;
}

function note(state: State, failure: string): void {
  state.failure ??= failure;
  state.next = state.pieces.length;
}
