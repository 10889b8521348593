import { type Digest, parseDigest } from '../digest.ts';
import { isJsonObject } from '../documents-wire.ts';
import { sanitizeText } from '../text.ts';

/**
 * A value in a decoded JSON text, and where it stands.
 *
 * Whoever reads one that is not what it should be notes that, and goes on with a stand-in: the first note of a reading counts, and then nothing of what was read.
 */
export type Spot = {
  readonly value: unknown;
  /** Where it is in; null for the whole text. */
  readonly above: Spot | null;
  readonly step: string | number;
  readonly fault: Fault;
};

/** What was wrong first: `images[3].size: expected a whole number from 0, got "12"`; null as long as nothing is. */
export type Fault = { message: string | null };

/** As many entries as any list may have: ten times the largest fleet there is. */
export const LONGEST_LIST = 200_000;
const LONGEST_QUOTE = 60;

/** RFC 3339 in UTC; years that have not four digits as ECMA-262, "Expanded Years", writes them. */
const TIME = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** Notes what is wrong, unless something was wrong before. */
export function refuse(spot: Spot, expected: string): void {
  spot.fault.message ??= `${describePlace(spot)}expected ${expected}, got ${describeValue(spot.value)}`;
}

/** A field of an object; what is none has no field. */
export function field(spot: Spot, key: string): Spot {
  if (!isJsonObject(spot.value)) refuse(spot, 'an object');
  return { value: isJsonObject(spot.value) ? spot.value[key] : undefined, above: spot, step: key, fault: spot.fault };
}

/** A field that documents did not always have, and what it is where it is missing. */
export function lateField(spot: Spot, key: string, missing: null | readonly []): Spot {
  const found = field(spot, key);
  return found.value === undefined ? { ...found, value: missing } : found;
}

/** Reads what may be null. */
export function orNull<T>(spot: Spot, read: (spot: Spot) => T): T | null {
  return spot.value === null ? null : read(spot);
}

/** Reads each entry of a list, up to the first that is wrong. */
export function readEach<T>(spot: Spot, read: (spot: Spot) => T): readonly T[] {
  const { value, fault } = spot;
  if (!Array.isArray(value)) refuse(spot, 'a list');
  else if (value.length > LONGEST_LIST) refuse(spot, `at most ${LONGEST_LIST} entries`);
  const entries: T[] = [];
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  for (const [step, item] of items.entries()) {
    if (fault.message !== null) break;
    entries.push(read({ value: item, above: spot, step, fault }));
  }
  return entries;
}

export function readText(spot: Spot): string {
  if (typeof spot.value === 'string') return spot.value;
  refuse(spot, 'a text');
  return '';
}

/** A text that is not empty. */
export function readName(spot: Spot): string {
  if (typeof spot.value === 'string' && spot.value !== '') return spot.value;
  refuse(spot, 'a text that is not empty');
  return '';
}

export function readFlag(spot: Spot): boolean {
  if (typeof spot.value === 'boolean') return spot.value;
  refuse(spot, 'true or false');
  return false;
}

export function readCount(spot: Spot): number {
  return readWhole(spot, 0);
}

/** A line or a column: they are counted from 1. */
export function readOrdinal(spot: Spot): number {
  return readWhole(spot, 1);
}

/** A number from 0 that need not be whole. */
export function readNumber(spot: Spot): number {
  if (typeof spot.value === 'number' && Number.isFinite(spot.value) && spot.value >= 0) return spot.value;
  refuse(spot, 'a number from 0');
  return 0;
}

export function readTime(spot: Spot): string {
  if (typeof spot.value === 'string' && TIME.test(spot.value) && !Number.isNaN(Date.parse(spot.value))) return spot.value;
  refuse(spot, 'a time in UTC such as 2026-11-16T07:00:00Z');
  return '';
}

/** null only where that is noted as wrong. */
export function readDigest(spot: Spot): Digest | null {
  const digest = parseDigest(spot.value);
  if (digest === null) refuse(spot, 'a sha256 or sha512 digest');
  return digest;
}

/** One of some words. */
export function readWord<K extends string>(spot: Spot, words: readonly [K, ...K[]]): K {
  const word = words.find((each) => each === spot.value);
  if (word !== undefined) return word;
  refuse(spot, `one of ${words.join(', ')}`);
  return words[0];
}

function readWhole(spot: Spot, least: number): number {
  if (typeof spot.value === 'number' && Number.isSafeInteger(spot.value) && spot.value >= least) return spot.value;
  refuse(spot, `a whole number from ${least}`);
  return least;
}

/** `images[3].tag.status: `; nothing for the whole text. */
function describePlace(spot: Spot): string {
  const steps: string[] = [];
  for (let at = spot; at.above !== null; at = at.above) steps.push(typeof at.step === 'number' ? `[${at.step}]` : `.${at.step}`);
  return steps.length === 0 ? '' : `${steps.toReversed().join('').slice(1)}: `;
}

function describeValue(value: unknown): string {
  if (typeof value === 'string') return `"${sanitizeText(value, LONGEST_QUOTE)}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}
