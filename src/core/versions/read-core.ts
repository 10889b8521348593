import { endOfDigits, endOfLetters, isDay, isDayNumber, isDigit, isLetter, isYear } from './numbers.ts';
import type { Core } from './shape.ts';
import { isGluedSuffix } from './read-suffix.ts';
import { OPENERS } from './words.ts';

const MAX_PARTS = 4;
const MAX_DIGITS = 15;

/** Where in a tag the numbers of its version are; `unreadable`: numbers that are too many or too long to be a version. */
export type CoreAt =
  { readonly kind: 'core'; readonly start: number; readonly end: number; readonly core: Core } | { readonly kind: 'unreadable' };

/**
 * Reads the numbers of a version from the segment that begins at `at`, with an opener before them or none.
 *
 * @returns null where the segment is something else: `alpine3`, `32bit`, `3x`.
 */
export function readCore(tag: string, at: number): CoreAt | null {
  const start = startOfNumbers(tag, at);
  if (start === null) return null;
  const dashed = readDashedDay(tag, start);
  if (dashed !== null) return endsWell(tag, dashed.end) ? dashed : null;
  return readDotted(tag, start);
}

/**
 * Reads numbers with dots that end with the tag or at a separator and can be nothing but a version; null for all that has to be looked at more closely.
 */
export function readPlainCore(tag: string, start: number): { readonly end: number; readonly core: Core } | null {
  const numbers: number[] = [];
  for (let at = start; ;) {
    let number = 0;
    let end = at;
    for (let code = tag.charCodeAt(end); code >= 48 && code <= 57; code = tag.charCodeAt(end)) {
      number = number * 10 + code - 48;
      end += 1;
    }
    const digits = end - at;
    const isPadded = digits > 1 && tag.charCodeAt(at) === 48;
    if (digits === 0 || digits > 6 || isPadded || numbers.length === MAX_PARTS) return null;
    numbers.push(number);
    const code = tag.charCodeAt(end);
    if (code === DOT) {
      at = end + 1;
      continue;
    }
    const isSeparated = (code === DASH || code === UNDERSCORE) && !(digits === 4 && numbers.length === 1);
    const isEnd = end === tag.length || isSeparated || isGluedSuffix(tag, end);
    if (!isEnd) return null;
    // a copy, because an array that has grown keeps room for many more
    return { end, core: { scheme: schemeOf(numbers, false), numbers: numbers.slice(), form: DOTS[numbers.length - 1] ?? '' } };
  }
}

const DOT = 46;
const DASH = 45;
const UNDERSCORE = 95;
const DOTS = ['', '.', '..', '...'];

function startOfNumbers(tag: string, at: number): number | null {
  const letters = endOfLetters(tag, at);
  if (letters === at) return isDigit(tag, at) ? at : null;
  const start = tag[letters] === '.' ? letters + 1 : letters;
  return isDigit(tag, start) && OPENERS.has(tag.slice(at, letters).toLowerCase()) ? start : null;
}

const DASHED = /(\d{4})([-_])(\d\d)\2(\d\d)(?!\d)(?:T(\d\d)-?(\d\d)-?(\d\d)Z?)?/y;

/** `2024-01-10`, `2024-01-10T00-00-00Z`. */
function readDashedDay(tag: string, start: number): Extract<CoreAt, { kind: 'core' }> | null {
  if (tag[start + 4] !== '-' && tag[start + 4] !== '_') return null;
  const matcher = new RegExp(DASHED);
  matcher.lastIndex = start;
  const match = matcher.exec(tag);
  if (match === null) return null;
  const [text, year, separator = '', month, day, ...time] = match;
  const date = [year, month, day].map(Number);
  const [y = 0, m = 0, d = 0] = date;
  if (!isDay(y, m, d)) return null;
  const clock = time.filter((part) => typeof part === 'string').map(Number);
  const form = `yyyy${separator}mm${separator}dd${clock.length > 0 ? 'T' : ''}`;
  return { kind: 'core', start, end: start + text.length, core: { scheme: 'date', numbers: [...date, ...clock], form } };
}

function readDotted(tag: string, start: number): CoreAt | null {
  const numbers: number[] = [];
  let form = '';
  let isMonth = false;
  let isLong = false;
  let end: number;
  for (let at = start; ;) {
    end = endOfDigits(tag, at);
    isLong ||= end - at > MAX_DIGITS;
    isMonth ||= numbers.length === 1 && at - start === 3 && end - at === 2 && tag[at] === '0' && tag[at - 1] === '.';
    const number = Number(tag.slice(at, end));
    if (numbers.length > 0 && end - at === 8 && isDayNumber(number)) form += 'D';
    numbers.push(number);
    const separator = tag[end];
    if ((separator !== '.' && separator !== 'u') || !isDigit(tag, end + 1)) break;
    form += separator;
    at = end + 1;
  }
  const stamped = stampOf(tag, start, numbers);
  if (stamped !== null) end = stamped.end;
  if (!endsWell(tag, end)) return null;
  if (numbers.length > MAX_PARTS || isLong) return { kind: 'unreadable' };
  return { kind: 'core', start, end, core: stamped?.core ?? { scheme: schemeOf(numbers, isMonth), numbers, form } };
}

const CLOCK = /T(\d{4,6})Z?/y;

/** A first number that is a day, with the time behind it or what counts within the day: `20240110`, `20240110123000`, `20240110T1230Z`, `20240110.1`; what counts may be left out. */
function stampOf(tag: string, start: number, numbers: readonly number[]): { readonly end: number; readonly core: Core } | null {
  const digits = endOfDigits(tag, start) - start;
  if ((digits !== 8 && digits !== 10 && digits !== 12 && digits !== 14) || numbers.length > MAX_PARTS) return null;
  const text = tag.slice(start, start + digits);
  const day = [text.slice(0, 4), text.slice(4, 6), text.slice(6, 8)].map(Number);
  const [year = 0, month = 0, date = 0] = day;
  const clock = text.slice(8);
  if (!isDay(year, month, date) || Number(clock.slice(0, 2)) > 23 || Number(clock.slice(2, 4)) > 59 || Number(clock.slice(4, 6)) > 59)
    return null;
  const rest = [...(clock === '' ? [] : [Number(clock)]), ...numbers.slice(1)];
  const end = endOfNumbers(tag, start);
  const matcher = new RegExp(CLOCK);
  matcher.lastIndex = end;
  const match = numbers.length === 1 && digits === 8 ? matcher.exec(tag) : null;
  const [stamp, time] = match ?? ['', ''];
  const form = `${'d'.repeat(digits)}${numbers.length > 2 ? '.'.repeat(numbers.length - 1) : ''}${stamp === '' ? '' : 'T'}`;
  return { end: end + stamp.length, core: { scheme: 'date', numbers: [...day, ...rest, ...(stamp === '' ? [] : [Number(time)])], form } };
}

function endOfNumbers(tag: string, start: number): number {
  let end = endOfDigits(tag, start);
  while (tag[end] === '.' && isDigit(tag, end + 1)) end = endOfDigits(tag, end + 1);
  return end;
}

function schemeOf(numbers: readonly number[], isMonth: boolean): Core['scheme'] {
  const [first = 0, second = 0] = numbers;
  if (numbers.length === 1) return first > 999 ? 'counter' : 'semver';
  if (isYear(first)) return 'calendar';
  if (isMonth && second > 0) return 'month';
  return numbers.length === 4 ? 'four' : 'semver';
}

/** Whether what follows the numbers leaves them a version: nothing, a separator, a word behind a dot, or a pre-release without a separator. */
function endsWell(tag: string, end: number): boolean {
  if (end === tag.length || tag[end] === '-' || tag[end] === '_') return true;
  if (tag[end] === '.') return isLetter(tag, end + 1);
  return isGluedSuffix(tag, end);
}
