import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import { parsePattern, replacePattern, trimPrefix, trimSuffix } from './shell-pattern.ts';

/** What a word, or a variable, comes to. */
export type Expansion = {
  readonly text: string;
  /** A variable in it that has no value, and nothing that stands in for it. */
  readonly unset: string | null;
  /** A variable in it whose value is empty. */
  readonly empty: string | null;
};

/** Where variables have their values; one whose own value could not be told has the reason. */
export type Scope = { readonly escape: string; readonly values: ReadonlyMap<string, Parsed<Expansion>>; readonly effort: Effort };

/** How many more comparisons of characters the patterns of one file may take. */
export type Effort = { left: number };

/** Enough for every reference there may be. */
export const LONGEST_VALUE = 4096;
const DEEPEST = 64;

/**
 * Expands the variables of a word and takes its quotes and escapes away.
 *
 * `$V ${V} ${V:-d} ${V-d} ${V:+a} ${V+a} ${V:?e} ${V?e} ${V#p} ${V##p} ${V%p} ${V%%p} ${V/p/r} ${V//p/r}`, one in another; nothing in single quotes. A
 * value has at most 4096 characters, and 64 expansions may be in one another.
 * Source: moby/buildkit, frontend/dockerfile/shell: Lex.ProcessWord(); Dockerfile reference, "Environment replacement".
 */
export function expandWord(word: string, scope: Scope): Parsed<Expansion> {
  return expandUntil({ word, at: 0, depth: 0, scope }, null, false);
}

/** `depth`: how many expansions are open. */
type Cursor = { readonly word: string; at: number; depth: number; readonly scope: Scope };

const NOTHING: Expansion = { text: '', unset: null, empty: null };

/** Reads to `stop`, which it takes too, or to the end. With `keepsEscapes` an escape character stays before what it escapes, as patterns want it. */
function expandUntil(cursor: Cursor, stop: string | null, keepsEscapes: boolean): Parsed<Expansion> {
  let result = NOTHING;
  while (cursor.at < cursor.word.length) {
    const character = cursor.word.charAt(cursor.at);
    if (character === stop) {
      cursor.at += 1;
      return parsed(result);
    }
    const piece = expandNext(cursor, character, keepsEscapes);
    if (!piece.ok) return piece;
    result = join(result, piece.value);
    if (result.text.length > LONGEST_VALUE) return malformed(`expected at most ${LONGEST_VALUE} characters after expansion`);
  }
  return stop === null ? parsed(result) : malformed(`bad substitution: missing "${stop}"`);
}

function expandNext(cursor: Cursor, character: string, keepsEscapes: boolean): Parsed<Expansion> {
  if (character === '$') return expandDollar(cursor);
  if (character === "'") return readSingleQuotes(cursor);
  if (character === '"') return expandDoubleQuotes(cursor, keepsEscapes);
  cursor.at += 1;
  if (character !== cursor.scope.escape) return plain(character);
  const escaped = cursor.word.charAt(cursor.at);
  cursor.at += 1;
  return plain(keepsEscapes ? character + escaped : escaped);
}

function readSingleQuotes(cursor: Cursor): Parsed<Expansion> {
  const end = cursor.word.indexOf("'", cursor.at + 1);
  if (end === -1) return malformed('a single quote has no end');
  const text = cursor.word.slice(cursor.at + 1, end);
  cursor.at = end + 1;
  return plain(text);
}

function expandDoubleQuotes(cursor: Cursor, keepsEscapes: boolean): Parsed<Expansion> {
  const { word, scope } = cursor;
  let result = NOTHING;
  cursor.at += 1;
  while (cursor.at < word.length) {
    const character = word.charAt(cursor.at);
    if (character === '$') {
      const value = expandDollar(cursor);
      if (!value.ok) return value;
      result = join(result, value.value);
      if (result.text.length > LONGEST_VALUE) return malformed(`expected at most ${LONGEST_VALUE} characters after expansion`);
      continue;
    }
    cursor.at += 1;
    if (character === '"') return parsed(result);
    let text = character;
    if (character === scope.escape) {
      const next = word.charAt(cursor.at);
      const isEscaped = next !== '' && ['"', '$', scope.escape].includes(next);
      if (isEscaped) cursor.at += 1;
      text = (keepsEscapes ? character : '') + (isEscaped ? next : character);
    }
    result = { ...result, text: result.text + text };
  }
  return malformed('a double quote has no end');
}

function expandDollar(cursor: Cursor): Parsed<Expansion> {
  const { word } = cursor;
  cursor.at += 1;
  if (word[cursor.at] !== '{') {
    const name = readName(cursor);
    return name === '' ? plain('$') : valueOf(cursor, name);
  }
  if (cursor.depth >= DEEPEST) return malformed(`bad substitution: expected at most ${DEEPEST} in one another`);
  cursor.at += 1;
  if (cursor.at >= word.length) return malformed('bad substitution: missing "}"');
  const name = readName(cursor);
  if (name === '') return malformed('bad substitution: expected a variable after "${"');
  cursor.depth += 1;
  const result = expandBraces(cursor, name);
  cursor.depth -= 1;
  return result;
}

/** Digits, one special parameter, or a name. Source: moby/buildkit, frontend/dockerfile/shell: processName(). */
function readName(cursor: Cursor): string {
  NAME.lastIndex = cursor.at;
  const name = NAME.exec(cursor.word)?.[0] ?? '';
  cursor.at += name.length;
  return name;
}

/** What stands behind the name, up to the closing brace. */
function expandBraces(cursor: Cursor, name: string): Parsed<Expansion> {
  const colon = cursor.word[cursor.at] === ':' ? ':' : '';
  const operator = cursor.word.charAt(cursor.at + colon.length);
  cursor.at += colon.length + 1;
  if (operator === '}' && colon === '') return valueOf(cursor, name);
  if (operator === '/' && colon === '') return replaceIn(cursor, name);
  if (operator === '') return malformed('bad substitution: missing "}"');
  if (!'-+?#%'.includes(operator)) {
    return malformed(`unsupported modifier "${sanitizeText(colon + operator, 10)}" in the substitution of ${sanitizeText(name, 80)}`);
  }
  const word = expandUntil(cursor, '}', operator === '#' || operator === '%');
  if (!word.ok) return word;
  const value = cursor.scope.values.get(name);
  if (value?.ok === false) return value;
  const isMissing = value === undefined || (colon === ':' && value.value.text === '');
  if (operator === '-') return isMissing ? word : parsed(value.value);
  if (operator === '+') return isMissing ? plain('') : word;
  if (operator === '?') {
    const why = word.value.text || `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`;
    return isMissing ? malformed(`${sanitizeText(name, 80)}: ${sanitizeText(why, 200)}`) : parsed(value.value);
  }
  return trim(cursor, name, { operator, pattern: word.value });
}

function trim(
  cursor: Cursor,
  name: string,
  { operator, pattern: word }: { readonly operator: string; readonly pattern: Expansion },
): Parsed<Expansion> {
  const value = valueOf(cursor, name);
  if (!value.ok) return value;
  const longest = word.text.startsWith(operator);
  const pattern = parsePattern(longest ? word.text.slice(1) : word.text);
  if (!pattern.ok) return pattern;
  if (!isAffordable(cursor, value.value.text, word.text)) return TOO_MUCH;
  const trimmed = (operator === '#' ? trimPrefix : trimSuffix)(value.value.text, pattern.value, longest);
  return parsed(join(NOTHING, { ...join(value.value, word), text: trimmed }));
}

function replaceIn(cursor: Cursor, name: string): Parsed<Expansion> {
  const all = cursor.word[cursor.at] === '/';
  if (all) cursor.at += 1;
  const text = expandUntil(cursor, '/', true);
  if (!text.ok) return text;
  const by = expandUntil(cursor, '}', true);
  if (!by.ok) return by;
  const value = valueOf(cursor, name);
  if (!value.ok) return value;
  const pattern = parsePattern(text.value.text);
  if (!pattern.ok) return pattern;
  if (!isAffordable(cursor, value.value.text, text.value.text)) return TOO_MUCH;
  const replaced = replacePattern(value.value.text, pattern.value, { by: by.value.text, all });
  return parsed({ ...join(join(value.value, text.value), by.value), text: replaced });
}

function isAffordable({ scope }: Cursor, value: string, pattern: string): boolean {
  scope.effort.left -= (value.length + 1) * (pattern.length + 1);
  return scope.effort.left >= 0;
}

const TOO_MUCH: Parsed<never> = malformed('too many patterns to match in this file');

const NAME = /\p{Nd}+|[@*#?$!-]|[\p{L}_][\p{L}\p{Nd}_]*/uy;

function valueOf({ scope }: Cursor, name: string): Parsed<Expansion> {
  const value = scope.values.get(name);
  if (value === undefined) return parsed({ text: '', unset: name, empty: null });
  return value.ok && value.value.text === '' ? parsed({ ...value.value, empty: value.value.empty ?? name }) : value;
}

function plain(text: string): Parsed<Expansion> {
  return parsed({ text, unset: null, empty: null });
}

function join(a: Expansion, b: Expansion): Expansion {
  return { text: a.text + b.text, unset: a.unset ?? b.unset, empty: a.empty ?? b.empty };
}
