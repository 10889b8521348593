import { charactersOf } from '../width.ts';

/** How text gets into a mail that old servers and every reader take: ASCII in short lines. */

/** Of a line, without its end. Source: RFC 2045, section 6.7 (5). */
const LONGEST_LINE = 76;

/**
 * Encodes text, whose lines end with line feeds, as quoted-printable: lines of at most 76 characters.
 *
 * No line begins with a full stop, of which a single one ends a message for sendmail, nor with the `From ` that mailboxes quote; no character is parted, for
 * readers that decode line by line.
 * Source: RFC 2045, section 6.7; RFC 5321, section 4.5.2.
 */
export function quotePrintable(text: string): string {
  return text.split('\n').map(quoteLine).join('\n');
}

function quoteLine(line: string): string {
  const characters = Array.from(line);
  const pieces: string[] = [];
  let current = '';
  characters.forEach((character, at) => {
    const isLastBlank = character === ' ' && at === characters.length - 1;
    const unit = isLastBlank || (at === 0 && isTaken(line)) ? hexOf(character) : quoteCharacter(character);
    if (current.length + unit.length < LONGEST_LINE) {
      current += unit;
      return;
    }
    pieces.push(`${current}=`);
    current = isTaken(unit) ? hexOf(character) : unit;
  });
  return [...pieces, current].join('\n');
}

/** Whether what begins like that means something to a mail system at the start of a line. */
function isTaken(start: string): boolean {
  return start.startsWith('.') || start.startsWith('From ') || start === 'F';
}

function quoteCharacter(character: string): string {
  return /^[ -<>-~]$/.test(character) ? character : hexOf(character);
}

/** `=C3=A9` of `é` */
function hexOf(character: string): string {
  return Array.from(Buffer.from(character, 'utf8'), (byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** Printable ASCII that nobody takes for an encoded word. */
export function isPlainHeader(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text) && !text.includes('=?');
}

/** Of an encoded word all in all: 75, and 76 of a line that has one, so that the first fits behind `Subject: `. Source: RFC 2047, section 2. */
const LONGEST_WORD = 66;

/** Bytes that fit into an encoded word: `=?utf-8?B?` and `?=` take 12, four characters carry three bytes. */
const BYTES_OF_WORD = Math.floor((LONGEST_WORD - 12) / 4) * 3;

/**
 * Writes any printable text for a header, as encoded words, one for each line; no character is parted.
 *
 * Source: RFC 2047, section 2 and 5.
 */
export function encodeWords(text: string): readonly string[] {
  const words: string[] = [];
  let current = '';
  for (const character of charactersOf(text).flatMap(partLong)) {
    if (Buffer.byteLength(current + character) > BYTES_OF_WORD) {
      words.push(current);
      current = '';
    }
    current += character;
  }
  return [...words, current].map((word) => `=?utf-8?B?${Buffer.from(word, 'utf8').toString('base64')}?=`);
}

/** What a reader takes for one character may have any number of marks. */
function partLong(character: string): readonly string[] {
  return Buffer.byteLength(character) > BYTES_OF_WORD ? Array.from(character) : [character];
}

/** Source: RFC 5322, section 2.1.1. */
const LONGEST_HEADER_LINE = 78;

/**
 * Writes a header of any printable text, folded: as it is where it is ASCII and has blanks to fold at, else as encoded words.
 *
 * Source: RFC 5322, section 2.2.3; RFC 2047.
 */
export function renderTextHeader(name: string, text: string): string {
  const words = text.split(' ');
  const isFoldable = words.every((word) => word !== '' && word.length <= LONGEST_HEADER_LINE - name.length - 2);
  return isPlainHeader(text) && isFoldable ? fold(`${name}:`, words) : `${name}: ${encodeWords(text).join('\n ')}`;
}

/** Puts words into lines with a blank before each. */
export function fold(start: string, words: readonly string[]): string {
  const lines: string[] = [];
  let line = start;
  for (const word of words) {
    if (line.length + 1 + word.length > LONGEST_HEADER_LINE && line !== start) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}
