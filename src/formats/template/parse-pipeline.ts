import type { Base, Command, FieldStep, Operand, Pipeline } from './ast.ts';
import { FUNCTION_NAMES } from './functions.ts';
import { renderSuggestion } from '../../core/suggest.ts';
import type { Token } from './tokens.ts';

const MAX_DEPTH = 100;

/** A place among the words of an action. The first failure is kept; with it the words are used up, so that every loop ends. */
export type Cursor = { readonly tokens: readonly Token[]; next: number; readonly at: number; depth: number; failure: string | null };

/** Parses `$x := command | command`, as far as the words go or to a closing parenthesis. */
export function parsePipeline(cursor: Cursor): Pipeline {
  const target = parseTarget(cursor);
  const commands = [parseCommand(cursor)];
  while (nextSign(cursor, '|')) {
    cursor.next += 1;
    const command = parseCommand(cursor);
    if (command.kind === 'operand') fail(cursor, 'non executable command in pipeline: expected a function after "|"');
    commands.push(command);
  }
  return { target, commands, at: cursor.at };
}

/** Notes what is wrong, with its place; only the first is kept. */
export function fail(cursor: Cursor, message: string): void {
  const near = peek(cursor) ?? cursor.tokens.at(-1);
  cursor.failure ??= `${message} at column ${(near?.at ?? cursor.at) + 1}`;
  cursor.next = cursor.tokens.length;
}

/** True when the next word is this sign. */
export function nextSign(cursor: Cursor, sign: string): boolean {
  const token = peek(cursor);
  return token?.kind === 'sign' && token.text === sign;
}

/** The next word, or null at the end. */
export function peek(cursor: Cursor): Token | null {
  return cursor.tokens[cursor.next] ?? null;
}

function parseTarget(cursor: Cursor): Pipeline['target'] {
  const name = peek(cursor);
  const sign = cursor.tokens[cursor.next + 1];
  if (name?.kind !== 'variable' || sign?.kind !== 'sign' || (sign.text !== ':=' && sign.text !== '=')) return null;
  if (name.text === '$') fail(cursor, 'unexpected assignment to "$"');
  else cursor.next += 2;
  return { name: name.text, declares: sign.text === ':=' };
}

function parseCommand(cursor: Cursor): Command {
  const first = peek(cursor);
  if (first?.kind === 'word' && !LITERAL_WORDS.has(first.text)) {
    cursor.next += 1;
    checkFunction(cursor, first);
    return { kind: 'call', name: first.text, args: parseOperands(cursor), at: first.at };
  }
  const [operand = emptyOperand(cursor), ...others] = parseOperands(cursor);
  if (others.length > 0) fail(cursor, 'a value takes no arguments: expected a function first');
  return { kind: 'operand', operand };
}

function parseOperands(cursor: Cursor): readonly Operand[] {
  const operands: Operand[] = [];
  for (let token = peek(cursor); token !== null; token = peek(cursor)) {
    if (token.kind === 'sign' && token.text !== '(') break;
    operands.push(parseOperand(cursor, token));
  }
  return operands;
}

function parseOperand(cursor: Cursor, first: Token): Operand {
  const fields: FieldStep[] = [];
  if (first.kind === 'field') fields.push({ name: first.text, at: first.at });
  cursor.next += 1;
  const base = parseBase(cursor, first);
  for (let token = peek(cursor); token?.kind === 'field' && !token.spaced; token = peek(cursor)) {
    fields.push({ name: token.text, at: token.at });
    cursor.next += 1;
  }
  return { base, fields, at: first.at };
}

function parseBase(cursor: Cursor, token: Token): Base {
  switch (token.kind) {
    case 'field':
    case 'dot':
      return { kind: 'dot' };
    case 'variable':
      return { kind: 'variable', name: token.text };
    case 'string':
      return { kind: 'literal', value: token.text };
    case 'number':
      return parseNumber(cursor, token);
    case 'word':
      if (LITERAL_WORDS.has(token.text)) return { kind: 'literal', value: token.text === 'true' };
      checkFunction(cursor, token);
      return { kind: 'call', name: token.text };
    case 'sign':
      return parseParenthesis(cursor);
  }
}

function parseParenthesis(cursor: Cursor): Base {
  cursor.depth += 1;
  if (cursor.depth > MAX_DEPTH) fail(cursor, `parentheses are nested deeper than ${MAX_DEPTH}`);
  const pipeline = parsePipeline(cursor);
  if (!nextSign(cursor, ')')) fail(cursor, 'unclosed left paren');
  cursor.next += 1;
  cursor.depth -= 1;
  return { kind: 'pipeline', pipeline };
}

const LITERAL_WORDS: ReadonlySet<string> = new Set(['true', 'false']);

/** Source: Go specification, "Integer literals" and "Floating-point literals". */
function parseNumber(cursor: Cursor, token: Token): Base {
  const digits = token.text.replaceAll('_', '');
  const [sign, unsigned] = /^[+-]/.test(digits) ? [digits.startsWith('-') ? -1 : 1, digits.slice(1)] : [1, digits];
  const value = /^0\d+$/.test(unsigned) ? Number.parseInt(unsigned, 8) : Number(unsigned);
  if (!Number.isFinite(value)) fail(cursor, `bad number syntax: "${token.text}"`);
  return { kind: 'literal', value: sign * value };
}

function checkFunction(cursor: Cursor, token: Token): void {
  if (FUNCTION_NAMES.includes(token.text)) return;
  cursor.next -= 1;
  fail(cursor, `function "${token.text}" not defined${renderSuggestion(token.text, FUNCTION_NAMES)}`);
}

function emptyOperand(cursor: Cursor): Operand {
  fail(cursor, 'missing value for command');
  return { base: { kind: 'dot' }, fields: [], at: cursor.at };
}
