import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';

/** The value of a variable; undefined for one that is not set. */
export type Lookup = (name: string) => string | undefined;

/** `unset`: the first variable that has no value and no default; it stands for nothing. */
export type Interpolated = { readonly text: string; readonly unset: string | null };

const LONGEST_RESULT = 1024 * 1024;
const DEEPEST = 50;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/**
 * Puts values in the place of variables: `$V`, `${V}`, and with defaults and conditions that may have variables in them in turn.
 *
 * ```
 * ${V:-word}  word where V is not set or empty     ${V-word}  where it is not set
 * ${V:?word}  an error that says word, likewise    ${V?word}
 * ${V:+word}  word where V is set and not empty    ${V+word}  where it is set, else nothing
 * $$          a dollar sign
 * ```
 *
 * Values are not read again. Time is linear in the text and the result.
 * Source: Compose specification, 12-interpolation.md; compose-go, template/template.go.
 */
export function interpolate(text: string, lookup: Lookup): Parsed<Interpolated> {
  if (!text.includes('$')) return parsed({ text, unset: null });
  const reading: Reading = { text, lookup, at: 0, unset: null, length: 0, flaw: null };
  const result = readWord(reading, { depth: 0, counts: true });
  return reading.flaw === null ? parsed({ text: result, unset: reading.unset }) : malformed(reading.flaw);
}

type Reading = {
  readonly text: string;
  readonly lookup: Lookup;
  at: number;
  unset: string | null;
  length: number;
  flaw: string | null;
};

/** `depth`: in how many braces the word stands. `counts`: whether it is used at all; what is wrong in a word that is not has no effect. */
type Word = { readonly depth: number; readonly counts: boolean };

/** Reads to the end, or behind the brace that ends the word. */
function readWord(reading: Reading, word: Word): string {
  const parts: string[] = [];
  const put = (part: string): void => {
    if (!word.counts) return;
    reading.length += part.length;
    if (reading.length > LONGEST_RESULT) fail(reading, `expected at most ${LONGEST_RESULT} characters once variables have their values`);
    else parts.push(part);
  };
  const { text } = reading;
  while (reading.flaw === null && reading.at < text.length) {
    const character = text.charAt(reading.at);
    if (character === '}' && word.depth > 0) {
      reading.at += 1;
      return parts.join('');
    }
    if (character !== '$') {
      const end = nextMark(text, reading.at + 1, word.depth > 0);
      put(text.slice(reading.at, end));
      reading.at = end;
    } else if (text.startsWith('$$', reading.at)) {
      reading.at += 2;
      put('$');
    } else {
      put(readVariable(reading, word));
    }
  }
  if (word.depth > 0) fail(reading, `a "\${" has no "}"`);
  return parts.join('');
}

function nextMark(text: string, from: number, isBraced: boolean): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '$' || (isBraced && character === '}')) return at;
  }
  return text.length;
}

function readVariable(reading: Reading, word: Word): string {
  const isBraced = reading.text.startsWith('{', reading.at + 1);
  NAME.lastIndex = reading.at + (isBraced ? 2 : 1);
  const name = NAME.exec(reading.text)?.[0];
  if (name === undefined) {
    return fail(
      reading,
      `"${sanitizeText(reading.text.slice(reading.at, reading.at + 20), 20)}" is no variable; a dollar sign is written "$$"`,
    );
  }
  reading.at = NAME.lastIndex;
  const value = reading.lookup(name);
  if (!isBraced) return value ?? noteUnset(reading, name, word);
  if (reading.text.startsWith('}', reading.at)) {
    reading.at += 1;
    return value ?? noteUnset(reading, name, word);
  }
  const operator = OPERATORS.find((candidate) => reading.text.startsWith(candidate, reading.at));
  if (operator === undefined)
    return fail(reading, `expected "}", or one of ${OPERATORS.join(' ')} and a word, after "\${${sanitizeText(name, 80)}"`);
  if (word.depth >= DEEPEST) return fail(reading, `expected variables at most ${DEEPEST} deep in one another`);
  reading.at += operator.length;
  const has = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  const usesWord = operator.endsWith('+') ? has : !has;
  const inner = readWord(reading, { depth: word.depth + 1, counts: word.counts && usesWord });
  if (operator.endsWith('?') && usesWord && word.counts) {
    return fail(reading, `${sanitizeText(name, 80)} is not set${inner === '' ? '' : `: ${sanitizeText(inner, 200)}`}`);
  }
  // What the word put is counted there already.
  if (usesWord) reading.length -= inner.length;
  return usesWord ? inner : operator.endsWith('+') ? '' : (value ?? '');
}

const OPERATORS = [':-', ':?', ':+', '-', '?', '+'] as const;

function noteUnset(reading: Reading, name: string, { counts }: Word): string {
  if (counts) reading.unset ??= name;
  return '';
}

function fail(reading: Reading, message: string): string {
  reading.flaw ??= message;
  return '';
}
