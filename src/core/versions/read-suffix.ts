import SemVer from 'semver/classes/semver.js';
import { isDay, isDayNumber, isDigit, isHash, isLetter, readNumbers } from './numbers.ts';
import type { Suffix } from './shape.ts';
import { ARCHITECTURES, CHANNELS, CODE_NAMES, GLUED, PRE_RELEASES, REPAIRS, REQUESTS, REVISIONS } from './words.ts';

/** A suffix while it is read; `owner`: what a plain number that comes next belongs to. */
type Reading = {
  readonly pre: number[];
  readonly words: string[];
  readonly axes: (readonly number[])[];
  readonly revisions: (readonly number[])[];
  readonly repair: number[];
  isWork: boolean;
  owner: 'pre' | 'word' | 'revision' | 'repair' | 'request' | null;
};

/** Where a piece of a suffix stands: `glued` to the numbers, `first` behind them, `later`, or in a tag without numbers (`floating`). */
type Place = 'glued' | 'first' | 'later' | 'floating';

/** A piece of a suffix, split where its last number begins: `alpine` and 3, 19; `number` is empty where it ends in none. */
type Piece = { readonly text: string; readonly word: string; readonly number: readonly number[]; readonly isDotted: boolean };

/** Reads what stands behind the numbers of a version, from the separator on: `-rc1-alpine3.19`, `_9-jdk`, `beta3`, `.Final`. */
export function readSuffix(text: string): Suffix {
  if (text === '') return NO_SUFFIX;
  return isSeparator(text, 0) ? readPieces(piecesOf(text.slice(1)), 'first') : readPieces(piecesOf(text), 'glued');
}

/** Reads a tag without a version as words and their axes: `slim-bookworm`, `jdk17`. */
export function readFloating(tag: string): Suffix {
  return readPieces(piecesOf(tag), 'floating');
}

/** Whether the numbers that end at `end` are followed by a pre-release or a revision that needs no separator: `19beta3`, `9.9p1`. */
export function isGluedSuffix(tag: string, end: number): boolean {
  let stop = end;
  while (stop < tag.length && !isSeparator(tag, stop)) stop += 1;
  if (stop === end || !isLetter(tag, end)) return false;
  const { word, number } = splitPiece(tag.slice(end, stop));
  return isPreRelease(word, number, 'glued') || (GLUED.has(word) && number.length > 0);
}

/** What a tag without anything behind its numbers has. */
export const NO_SUFFIX: Suffix = { pre: [], preOrder: null, words: '', axes: [], revisions: [], repair: [], isWork: false };

/** A dot separates where a word follows it: `1.2.Final`. */
function isSeparator(text: string, at: number): boolean {
  return text[at] === '-' || text[at] === '_' || (at === 0 && text[at] === '.');
}

function piecesOf(text: string): readonly string[] {
  return (text.includes('x86_64') ? text.replaceAll('x86_64', 'x86+64') : text).split(BETWEEN_PIECES);
}

/** `rc42.ce.0` is `rc42` and `ce.0`. */
const BETWEEN_PIECES = /[-_]|(?<=\d)\.(?=[A-Za-z])/;

function readPieces(pieces: readonly string[], start: Place): Suffix {
  const reading: Reading = { pre: [], words: [], axes: [], revisions: [], repair: [], isWork: false, owner: null };
  for (let at = 0; at < pieces.length; at += 1) {
    const day = dayAt(pieces, at);
    if (day === null) readPiece(reading, splitPiece(pieces[at] ?? ''), at === 0 || start === 'floating' ? start : 'later');
    else {
      addRevision(reading, '', day);
      at += 2;
    }
  }
  const { pre, words, axes, revisions, repair, isWork } = reading;
  return { pre, preOrder: orderOf(pre), words: words.join('|'), axes, revisions, repair, isWork };
}

/** The words of pre-releases are their places in the order, so `1.0-M3` is `-3.3`, and `m` comes before `rc`. */
function orderOf(pre: readonly number[]): SemVer | null {
  return pre.length === 0 ? null : new SemVer(`0.0.0-${pre.join('.')}`);
}

/** `2024-01-10` is three pieces and one counter. */
function dayAt(pieces: readonly string[], at: number): readonly number[] | null {
  const [year = '', month = '', day = ''] = [pieces[at], pieces[at + 1], pieces[at + 2]];
  if (year.length !== 4 || month.length !== 2 || day.length !== 2) return null;
  const numbers = [year, month, day].map((part) => readNumbers(part)?.[0] ?? -1);
  const [y = -1, m = -1, d = -1] = numbers;
  return isDay(y, m, d) ? numbers : null;
}

function splitPiece(text: string): Piece {
  let at = text.length;
  while (at > 0 && (isDigit(text, at - 1) || text[at - 1] === '.')) at -= 1;
  const isDotted = at > 0 && text[at] === '.';
  const number = readNumbers(text.slice(isDotted ? at + 1 : at));
  if (number === null) return { text, word: text.toLowerCase(), number: [], isDotted: false };
  return { text, word: text.slice(0, at).toLowerCase(), number, isDotted };
}

function readPiece(reading: Reading, piece: Piece, place: Place): void {
  const { text, word, number } = piece;
  const { owner } = reading;
  const codeName = CODE_NAMES.get(text);
  reading.owner = null;
  if (word === '' && number.length > 0) readPlainNumber(reading, number, owner);
  else if (isHash(text)) addWord(reading, '<hash>');
  else if (text.startsWith('g') && isHash(text.slice(1))) addWord(reading, 'g<hash>');
  else if (ARCHITECTURES.has(text.toLowerCase().replace('+', '_'))) addWord(reading, text.replace('+', '_'));
  else if (codeName !== undefined) addAxis(reading, codeName.of, [codeName.place]);
  else if (isPreRelease(word, number, place)) addPreRelease(reading, word, number);
  else if (number.length === 0) readWord(reading, text);
  else readNumbered(reading, piece);
}

function readPlainNumber(reading: Reading, number: readonly number[], owner: Reading['owner']): void {
  if (owner === 'request') reading.isWork = true;
  if (owner === 'repair') reading.words.pop();
  const [count = 0, ...more] = number;
  const isWhole = owner === 'word' && !(more.length === 0 && isDayNumber(count));
  if (isWhole) addAxis(reading, `${reading.words.pop() ?? ''}-`, number);
  else if (owner === 'revision') addRevision(reading, `${reading.words.pop() ?? ''}-`, number);
  else if (owner === 'repair') reading.repair.push(...number);
  else if (owner === 'pre') reading.pre.push(...number);
  else if (number.length > 2) addAxis(reading, '', number);
  else addRevision(reading, '', number);
}

function readWord(reading: Reading, text: string): void {
  const word = text.toLowerCase();
  reading.owner = ownerOf(word);
  addWord(reading, text);
}

/** A plain number behind a word is that word's version (`-temurin-17`, `-debian-12`); behind a channel it counts the channel's builds. */
function ownerOf(word: string): Reading['owner'] {
  if (REQUESTS.has(word)) return 'request';
  if (REVISIONS.has(word)) return 'revision';
  if (REPAIRS.has(word)) return 'repair';
  return word === '' || CHANNELS.has(word) ? null : 'word';
}

/** A word with a number: a counter (`r5`, `ce.0`), or a companion with its version (`alpine3.19`). One letter with one number is neither. */
function readNumbered(reading: Reading, { text, word, number, isDotted }: Piece): void {
  const written = text.slice(0, word.length);
  if (REQUESTS.has(word)) reading.isWork = true;
  const isCount = REVISIONS.has(word) || (word === 'v' && number.length === 1);
  if (REPAIRS.has(word)) reading.repair.push(...number);
  else if (isCount) addRevision(reading, written, number);
  else if (isDotted && number.length === 1 && isWord(word)) addRevision(reading, `${written}.`, number);
  else if ((word.length > 1 || number.length > 1) && isWord(word)) addAxis(reading, written, number);
  else addWord(reading, text);
}

function isWord(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (!isLetter(text, at)) return false;
  return true;
}

/**
 * One letter is a pre-release with its number only, and only where a version can be followed by one: `1.0a4`, `8.0-M03`; `-b08` counts builds.
 * A channel is one with its number only.
 */
function isPreRelease(word: string, number: readonly number[], place: Place): boolean {
  const hasNumber = number.length > 0;
  if (CHANNELS.has(word)) return hasNumber || (word === 'dev' && place === 'glued');
  if (!PRE_RELEASES.has(word)) return false;
  if (word.length === 1) return hasNumber && (place === 'glued' || (place === 'first' && !REVISIONS.has(word)));
  return place !== 'later' || hasNumber || word.length > 3 || word === 'rc' || word === 'pre';
}

function addPreRelease(reading: Reading, word: string, number: readonly number[]): void {
  reading.pre.push(PRE_RELEASES.get(word) ?? 0, ...number);
  if (number.length === 0) reading.owner = 'pre';
}

function addWord(reading: Reading, word: string): void {
  reading.words.push(word);
}

/** A number of 4 digits is another way of counting than a shorter one: `ltsc2022`, `ubuntu2204`. */
function addAxis(reading: Reading, word: string, number: readonly number[]): void {
  reading.words.push(word + number.map((part) => (part > 999 ? '####' : '#')).join('.'));
  reading.axes.push(number);
}

function addRevision(reading: Reading, word: string, number: readonly number[]): void {
  reading.words.push(`${word}#n`);
  reading.revisions.push(number);
}
