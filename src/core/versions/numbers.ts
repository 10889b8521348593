/** A number of more digits is no version, and would not be exact. */
const MAX_DIGITS = 15;
const DOT = 46;

/** Whether the character at `at` is a digit 0 to 9. */
export function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** Whether the character at `at` is a letter a to z or A to Z. */
export function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at) | 32;
  return code >= 97 && code <= 122;
}

/** Where the digits that begin at `at` end. */
export function endOfDigits(text: string, at: number): number {
  let end = at;
  while (isDigit(text, end)) end += 1;
  return end;
}

/** Where the letters that begin at `at` end. */
export function endOfLetters(text: string, at: number): number {
  let end = at;
  while (isLetter(text, end)) end += 1;
  return end;
}

/** Reads `26.2.1` whole: 1 to 4 numbers with dots; null for anything else. */
export function readNumbers(text: string): readonly number[] | null {
  const numbers: number[] = [];
  for (let at = 0; ;) {
    const end = endOfDigits(text, at);
    if (end === at || end - at > MAX_DIGITS || numbers.length === 4) return null;
    numbers.push(Number(text.slice(at, end)));
    if (end === text.length) return numbers;
    if (text.charCodeAt(end) !== DOT) return null;
    at = end + 1;
  }
}

/** Whether a text is 7 to 40 (or the 64 of SHA-256) hexadecimal digits, not all of them decimal: what Git and builders name commits by. */
export function isHash(text: string): boolean {
  const { length } = text;
  if (length < 7 || (length > 40 && length !== 64)) return false;
  let letters = 0;
  for (let at = 0; at < length; at += 1) {
    if (isDigit(text, at)) continue;
    const code = text.charCodeAt(at) | 32;
    if (code < 97 || code > 102) return false;
    letters += 1;
  }
  return letters > 0;
}

/** Whether three numbers are a day from 1990 to 2099. */
export function isDay(year: number, month: number, day: number): boolean {
  return isYear(year) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/** Whether a number is a day written in 8 digits: 20240110. */
export function isDayNumber(number: number): boolean {
  return isDay(Math.floor(number / 10_000), Math.floor(number / 100) % 100, number % 100);
}

/** Whether a number can be the year of an image. */
export function isYear(year: number): boolean {
  return year >= 1990 && year <= 2099;
}
