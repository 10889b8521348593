import { isSpaceAt, skipSpace } from './space.ts';

/** A part of an instruction's text. */
export type Range = { readonly from: number; readonly to: number };

/** A flag such as `--from=node:20`: `value` without quotes and escapes, `offsets` where each character of it stands. */
export type Flag = { readonly name: string; readonly value: string | null; readonly offsets: readonly number[]; readonly isCut: boolean };

/** `args`: where behind the flags the rest begins. */
export type Command = { readonly keyword: string; readonly flags: readonly Flag[]; readonly args: number };

const LONGEST_FLAG = 65_536;

/**
 * Splits the instruction that begins at `from` into its keyword, its flags and the rest.
 *
 * In flags `\` escapes, whatever the escape character of the file.
 * Source: moby/buildkit, frontend/dockerfile/parser: splitCommand(), extractBuilderFlags().
 */
export function splitCommand(text: string, from: number): Command {
  const [word = { from, to: from }] = splitWords(text, from, 1);
  const flags: Flag[] = [];
  let at = skipSpace(text, word.to);
  while (text.startsWith('--', at)) {
    const { chars, offsets, to, isCut } = readQuoted(text, at);
    at = skipSpace(text, to);
    const written = chars.join('');
    if (written === '--') break;
    const equals = written.indexOf('=');
    flags.push({
      name: equals === -1 ? written.slice(2) : written.slice(2, equals),
      value: equals === -1 ? null : written.slice(equals + 1),
      offsets: equals === -1 ? [] : offsets.slice(equals + 1),
      isCut,
    });
  }
  return { keyword: text.slice(word.from, word.to).toLowerCase(), flags, args: at };
}

/** What stands between words: white space of ASCII only. */
export function isSeparator(text: string, at: number): boolean {
  return text.charCodeAt(at) < 0x80 && isSpaceAt(text, at);
}

/** The words from `from` on, at most `most`. Source: moby/buildkit, frontend/dockerfile/parser: parseStringsWhitespaceDelimited(). */
export function splitWords(text: string, from: number, most: number): readonly Range[] {
  const words: Range[] = [];
  let at = from;
  while (words.length < most) {
    while (at < text.length && isSeparator(text, at)) at += 1;
    if (at === text.length) break;
    const start = at;
    while (at < text.length && !isSeparator(text, at)) at += 1;
    words.push({ from: start, to: at });
  }
  return words;
}

/**
 * Splits `NAME=value NAME2="a b"` at white space outside quotes, into at most `most`; quotes and escapes stay.
 *
 * Source: moby/buildkit, frontend/dockerfile/parser: parseWords().
 */
export function splitQuotedWords(
  text: string,
  from: number,
  { escape, most }: { readonly escape: string; readonly most: number },
): readonly string[] {
  const words: string[] = [];
  let at = skipSpace(text, from);
  while (at < text.length && words.length < most) {
    const start = at;
    let quote: string | null = null;
    while (at < text.length && (quote !== null || !isSpaceAt(text, at))) {
      const character = text.charAt(at);
      if (character === escape && quote !== "'") at += 1;
      else if (quote === null && (character === "'" || character === '"')) quote = character;
      else if (character === quote) quote = null;
      at += 1;
    }
    words.push(text.slice(start, at));
    at = skipSpace(text, at);
  }
  return words;
}

function readQuoted(text: string, from: number): { chars: string[]; offsets: number[]; to: number; isCut: boolean } {
  const chars: string[] = [];
  const offsets: number[] = [];
  let quote: string | null = null;
  let at = from;
  for (; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote === null ? character === "'" || character === '"' : character === quote) {
      quote = quote === null ? character : null;
      continue;
    }
    if (quote === null && isSpaceAt(text, at)) break;
    if (character === '\\') at += 1;
    if (at >= text.length || chars.length >= LONGEST_FLAG) continue;
    chars.push(text.charAt(at));
    offsets.push(at);
  }
  return { chars, offsets, to: Math.min(at, text.length), isCut: chars.length >= LONGEST_FLAG };
}
