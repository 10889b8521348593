import type { Parsed } from '../../core/parsed.ts';
import { malformed, parsed } from '../../core/parsed.ts';
import { renderFormatted } from './printf.ts';
import type { Value } from './value.ts';
import { isTrue, kindOf, renderJsonValue, renderValue } from './value.ts';

/** A function of the language: its kinds of arguments where they are fixed, and how it is called. */
export type TemplateFunction = { readonly least: number; readonly most: number; readonly call: (args: readonly Value[]) => Parsed<Value> };

/**
 * docker's functions and those of Go's that need no code of their own kind; `and` and `or` are evaluated by the caller, which skips what it need not know.
 *
 * Source: docker/cli, templates.go; Go text/template, "Functions".
 */
export function findFunction(name: string): TemplateFunction | null {
  return FUNCTIONS.get(name) ?? null;
}

/** No result is longer than this, whatever was asked for. */
const MAX_TEXT = 1_000_000;

function define(least: number, most: number, call: TemplateFunction['call']): TemplateFunction {
  return { least, most, call };
}

/** A function whose arguments are all of one kind each: `s` string, `n` whole number. */
function typed(kinds: string, call: (texts: readonly string[], numbers: readonly number[]) => Parsed<Value>): TemplateFunction {
  return define(kinds.length, kinds.length, (args) => {
    const texts: string[] = [];
    const numbers: number[] = [];
    for (const [index, arg] of args.entries()) {
      const wanted = kinds.charAt(index) === 's' ? 'string' : 'int';
      if (wanted === 'string' && typeof arg === 'string') texts.push(arg);
      else if (wanted === 'int' && typeof arg === 'number' && Number.isInteger(arg)) numbers.push(arg);
      else return malformed(`wrong type for value; expected ${wanted}; got ${kindOf(arg)}`);
    }
    return call(texts, numbers);
  });
}

const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map([
  ['json', define(1, 1, ([value = '']) => parsed(renderJsonValue(value)))],
  [
    'split',
    typed('ss', ([text = '', separator = '']) =>
      parsed({ kind: 'list', items: separator === '' ? Array.from(text) : text.split(separator) }),
    ),
  ],
  ['join', define(2, 2, ([list = '', separator = '']) => join(list, separator))],
  ['title', typed('s', ([text = '']) => parsed(title(text)))],
  ['lower', typed('s', ([text = '']) => parsed(text.toLowerCase()))],
  ['upper', typed('s', ([text = '']) => parsed(text.toUpperCase()))],
  ['pad', typed('snn', ([text = ''], [before = 0, after = 0]) => pad(text, before, after))],
  ['truncate', typed('sn', ([text = ''], [length = 0]) => truncate(text, length))],
  ['eq', define(2, Infinity, ([first = '', ...others]) => anyEqual(first, others))],
  ['ne', define(2, 2, ([a = '', b = '']) => negate(anyEqual(a, [b])))],
  ['lt', define(2, 2, ([a = '', b = '']) => compare(a, b, (order) => order < 0))],
  ['le', define(2, 2, ([a = '', b = '']) => compare(a, b, (order) => order <= 0))],
  ['gt', define(2, 2, ([a = '', b = '']) => compare(a, b, (order) => order > 0))],
  ['ge', define(2, 2, ([a = '', b = '']) => compare(a, b, (order) => order >= 0))],
  ['and', define(1, Infinity, (args) => parsed(args.find((arg) => !isTrue(arg)) ?? args.at(-1) ?? ''))],
  ['or', define(1, Infinity, (args) => parsed(args.find(isTrue) ?? args.at(-1) ?? ''))],
  ['not', define(1, 1, ([value = '']) => parsed(!isTrue(value)))],
  ['len', define(1, 1, ([value = '']) => length(value))],
  ['index', define(1, Infinity, ([value = '', ...keys]) => index(value, keys))],
  ['print', define(0, Infinity, (args) => parsed(print(args)))],
  ['printf', define(1, Infinity, ([format = '', ...args]) => printf(format, args))],
  ['println', define(0, Infinity, (args) => parsed(`${args.map(renderValue).join(' ')}\n`))],
]);

/** Every function, for messages. */
export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys()];

function join(list: Value, separator: Value): Parsed<Value> {
  if (typeof list !== 'object' || list.kind !== 'list') return malformed(`wrong type for value; expected a list; got ${kindOf(list)}`);
  if (typeof separator !== 'string') return malformed(`wrong type for value; expected string; got ${kindOf(separator)}`);
  const texts: string[] = [];
  for (const item of list.items) {
    if (typeof item !== 'string') return malformed(`wrong type for value; expected a list of strings; got one of ${kindOf(item)}`);
    texts.push(item);
  }
  if (separator.length * texts.length > MAX_TEXT) return malformed(`join: the result would be longer than ${MAX_TEXT} characters`);
  return parsed(texts.join(separator));
}

/** Makes the first letter of each word a capital. A word begins after what is no letter, digit or underscore, as in Go's strings.Title. */
function title(text: string): string {
  let result = '';
  let isStart = true;
  for (const character of text) {
    result += isStart ? character.toUpperCase() : character;
    isStart = character <= '\u007f' ? !/\w/.test(character) : /\s/u.test(character);
  }
  return result;
}

function pad(text: string, before: number, after: number): Parsed<Value> {
  if (before < 0 || after < 0) return malformed('pad: expected no negative number of blanks');
  if (before + after > MAX_TEXT) return malformed(`pad: expected at most ${MAX_TEXT} blanks, got ${before + after}`);
  return parsed(text === '' ? '' : `${' '.repeat(before)}${text}${' '.repeat(after)}`);
}

function truncate(text: string, most: number): Parsed<Value> {
  if (most < 0) return malformed(`truncate: expected no negative length, got ${most}`);
  return parsed(text.length <= most ? text : Array.from(text).slice(0, most).join(''));
}

function anyEqual(first: Value, others: readonly Value[]): Parsed<boolean> {
  for (const other of others) {
    if (typeof first === 'object' || typeof other === 'object')
      return malformed(`non-comparable type ${kindOf(typeof first === 'object' ? first : other)}`);
    if (typeof first !== typeof other) return malformed(`incompatible types for comparison: ${kindOf(first)} and ${kindOf(other)}`);
  }
  return parsed(others.includes(first));
}

function negate(answer: Parsed<boolean>): Parsed<boolean> {
  return answer.ok ? parsed(!answer.value) : answer;
}

function compare(a: Value, b: Value, decide: (order: number) => boolean): Parsed<Value> {
  if (typeof a === 'string' && typeof b === 'string') return parsed(decide(a < b ? -1 : a > b ? 1 : 0));
  if (typeof a === 'number' && typeof b === 'number') return parsed(decide(a - b));
  return malformed(`incompatible types for comparison: ${kindOf(a)} and ${kindOf(b)}`);
}

function length(value: Value): Parsed<Value> {
  if (typeof value === 'string') return parsed(new TextEncoder().encode(value).length);
  if (typeof value === 'object' && value.kind === 'list') return parsed(value.items.length);
  if (typeof value === 'object' && value.kind === 'map') return parsed(value.entries.size);
  return malformed(`len of type ${kindOf(value)}`);
}

function index(value: Value, keys: readonly Value[]): Parsed<Value> {
  let found = value;
  for (const key of keys) {
    const next = indexOnce(found, key);
    if (!next.ok) return next;
    found = next.value;
  }
  return parsed(found);
}

function indexOnce(value: Value, key: Value): Parsed<Value> {
  if (typeof value === 'object' && value.kind === 'map')
    return typeof key === 'string'
      ? parsed(value.entries.get(key) ?? '')
      : malformed(`cannot index map with ${kindOf(key)}; expected string`);
  if (typeof value !== 'object' || value.kind !== 'list') return malformed(`can't index item of type ${kindOf(value)}`);
  if (typeof key !== 'number' || !Number.isInteger(key)) return malformed(`cannot index list with ${kindOf(key)}; expected int`);
  const item = value.items[key];
  return item === undefined ? malformed(`index out of range: ${key}`) : parsed(item);
}

/** Puts a blank between two operands when neither is a string. Source: Go fmt, Sprint. */
function print(args: readonly Value[]): string {
  return args.reduce<string>((text, arg, at) => {
    const gap = at > 0 && typeof arg !== 'string' && typeof args[at - 1] !== 'string' ? ' ' : '';
    return `${text}${gap}${renderValue(arg)}`;
  }, '');
}

function printf(format: Value, args: readonly Value[]): Parsed<Value> {
  if (typeof format !== 'string') return malformed(`wrong type for value; expected string; got ${kindOf(format)}`);
  return parsed(renderFormatted(format, args));
}
