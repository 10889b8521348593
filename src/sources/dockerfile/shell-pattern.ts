import { malformed, type Parsed, parsed } from '../../core/parsed.ts';

/** What stands between the `*` of a pattern: characters, null for `?`. */
export type Pattern = readonly (readonly (string | null)[])[];

/**
 * Reads a pattern of `*`, `?` and characters; `\` escapes `*`, `?` and itself, and before `}` and `/` it is left out.
 *
 * Source: moby/buildkit, frontend/dockerfile/shell: convertShellPatternToRegex(); POSIX.1-2017, XCU 2.13, without bracket expressions.
 */
export function parsePattern(text: string): Parsed<Pattern> {
  const segments: (string | null)[][] = [[]];
  for (let at = 0; at < text.length; at += 1) {
    let character: string | null = text.charAt(at);
    if (character === '*') {
      segments.push([]);
      continue;
    }
    if (character === '\\' && (text[at + 1] === '}' || text[at + 1] === '/')) continue;
    if (character === '\\') {
      at += 1;
      character = text.charAt(at);
      if (!['*', '?', '\\'].includes(character)) return malformed(`invalid escape \\${character} in the pattern`);
    } else if (character === '?') character = null;
    segments.at(-1)?.push(character);
  }
  return parsed(segments);
}

/** `${V#p}`, or with `longest` `${V##p}`. */
export function trimPrefix(value: string, pattern: Pattern, longest: boolean): string {
  const end = matchAt(value, pattern, { from: 0, longest });
  return end === null ? value : value.slice(end);
}

/** `${V%p}`, or with `longest` `${V%%p}`. */
export function trimSuffix(value: string, pattern: Pattern, longest: boolean): string {
  const reversed = pattern.map((segment) => segment.toReversed()).toReversed();
  return reverse(trimPrefix(reverse(value), reversed, longest));
}

/** By UTF-16 code units, as patterns are read. */
function reverse(text: string): string {
  return Array.from({ length: text.length }, (_, index) => text.charAt(text.length - 1 - index)).join('');
}

/** `${V/p/r}`, or with `all` `${V//p/r}`: each match is as long as it can be. */
export function replacePattern(value: string, pattern: Pattern, { by, all }: { readonly by: string; readonly all: boolean }): string {
  const pieces: string[] = [];
  let copied = 0;
  let lastEnd = -1;
  for (let at = 0; at <= value.length;) {
    const from = findSegment(value, pattern[0] ?? [], at);
    const end = from === null ? null : matchAt(value, pattern, { from, longest: true });
    if (from === null || end === null) break;
    if (end > from || from !== lastEnd) {
      pieces.push(value.slice(copied, from), by);
      copied = end;
      lastEnd = end;
      if (!all) break;
    }
    at = Math.max(end, from + (end === from ? 1 : 0));
  }
  return pieces.join('') + value.slice(copied);
}

/** Where a match that begins at `from` ends; each part is taken where it comes first, the last one where it comes last when the longest is wanted. */
function matchAt(value: string, pattern: Pattern, { from, longest }: { readonly from: number; readonly longest: boolean }): number | null {
  const [first = [], ...rest] = pattern;
  if (!isSegmentAt(value, first, from)) return null;
  let at = from + first.length;
  for (const [index, segment] of rest.entries()) {
    const isLast = index === rest.length - 1;
    const found = isLast && longest ? findLastSegment(value, segment, at) : findSegment(value, segment, at);
    if (found === null) return null;
    at = found + segment.length;
  }
  return at;
}

function findSegment(value: string, segment: readonly (string | null)[], from: number): number | null {
  for (let at = from; at + segment.length <= value.length; at += 1) if (isSegmentAt(value, segment, at)) return at;
  return null;
}

function findLastSegment(value: string, segment: readonly (string | null)[], from: number): number | null {
  for (let at = value.length - segment.length; at >= from; at -= 1) if (isSegmentAt(value, segment, at)) return at;
  return null;
}

function isSegmentAt(value: string, segment: readonly (string | null)[], at: number): boolean {
  return at + segment.length <= value.length && segment.every((character, index) => character === null || character === value[at + index]);
}
