import { sanitizeText } from '../../core/text.ts';
import { findHeredocs, type Heredoc } from './heredocs.ts';
import { endOfText, skipSpace } from './space.ts';
import { isSeparator, splitCommand } from './words.ts';

/** One instruction of a Dockerfile with its continuation lines joined; without the bodies of its heredocs. */
export type Instruction = {
  /** Lowercase, and whatever stood there: `form`. */
  readonly keyword: string;
  /** All of it, the keyword too. */
  readonly text: string;
  /** Where parts of `text` stand in the file: offsets in the text and in the file by turns. */
  readonly parts: readonly number[];
  /** In the block of comment lines directly above. */
  readonly notes: readonly Note[];
};

/** A comment line that speaks to us, and its offset in the file. */
export type Note = { readonly text: string; readonly from: number };

export type Instructions = {
  readonly instructions: readonly Instruction[];
  /** Notes with a blank line, or the file's end, below their block. */
  readonly looseNotes: readonly Note[];
  /** Why the rest of the file was not read, and the offset of where that began. */
  readonly stop: { readonly message: string; readonly from: number } | null;
};

const NOTE = 'imgupdate';
const LONGEST_NOTE = 4096;
const MOST_INSTRUCTIONS = 200_000;

/**
 * Finds the instructions of a Dockerfile in one pass over its lines.
 *
 * Written by hand because the lines decide what is an instruction, and dockerfile-ast differs from the builder in them: it takes a line that ends in an
 * escaped escape character (`\\`) for continued and a lone carriage return for a line's end, reads the end of a quoted heredoc (`<<"A B"`) otherwise, and
 * needs seconds for a word of some megabytes.
 * Source: moby/buildkit, frontend/dockerfile/parser: Parse(), trimContinuationCharacter(), isComment().
 */
export function readInstructions(text: string, escape: string): Instructions {
  const instructions: Instruction[] = [];
  const looseNotes: Note[] = [];
  let notes: Note[] = [];
  let next = 0;
  while (next < text.length) {
    const line = lineAt(text, next);
    const from = skipSpace(text, line.from, line.to);
    next = line.next;
    if (text[from] === '#' && from < line.to) {
      const note = text.slice(from, Math.min(line.to, from + LONGEST_NOTE));
      if (note.includes(NOTE)) notes.push({ text: note, from });
      continue;
    }
    if (from === line.to) {
      for (const note of notes) looseNotes.push(note);
      notes = [];
      continue;
    }
    if (instructions.length >= MOST_INSTRUCTIONS) {
      return { instructions, looseNotes, stop: { message: `expected at most ${MOST_INSTRUCTIONS} instructions`, from } };
    }
    const joined = joinLines(text, { ...line, from }, escape);
    next = joined.next;
    const instruction = { ...splitKeyword(joined.text), parts: joined.parts, notes };
    notes = [];
    if (instruction.keyword !== '') instructions.push(instruction);
    for (const heredoc of heredocsOf(instruction)) {
      const end = findEnd(text, next, heredoc);
      if (end === null)
        return { instructions, looseNotes, stop: { message: `heredoc "${sanitizeText(heredoc.name, 80)}" has no end`, from } };
      next = end;
    }
  }
  return { instructions, looseNotes: [...looseNotes, ...notes], stop: null };
}

/** Where a place of an instruction's text is in the file. */
export function offsetInFile({ parts }: Instruction, at: number): number {
  let low = 0;
  let high = parts.length / 2 - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((parts[middle * 2] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return (parts[low * 2 + 1] ?? 0) + at - (parts[low * 2] ?? 0);
}

/** `to`: without the line's end; only a line feed ends a line, carriage returns before it belong to the end. */
type Line = { readonly from: number; readonly to: number; readonly next: number };

function lineAt(text: string, from: number): Line {
  const feed = text.indexOf('\n', from);
  const end = feed === -1 ? text.length : feed;
  let to = end;
  while (to > from && text[to - 1] === '\r') to -= 1;
  return { from, to, next: feed === -1 ? text.length : feed + 1 };
}

/** Comments and blank lines between continuation lines are left out. */
function joinLines(text: string, first: Line, escape: string): { text: string; parts: number[]; next: number } {
  const pieces: string[] = [];
  const parts: number[] = [];
  let length = 0;
  let line = first;
  for (;;) {
    const continued = findContinuation(text, line, escape);
    const to = continued ?? line.to;
    parts.push(length, line.from);
    pieces.push(text.slice(line.from, to));
    length += to - line.from;
    if (continued === null) break;
    const following = nextOfInstruction(text, line.next);
    if (following === null) return { text: pieces.join(''), parts, next: text.length };
    line = following;
  }
  return { text: pieces.join(''), parts, next: line.next };
}

/** Where the escape character stands that continues the line, one that is not itself escaped; null for a line that ends the instruction. */
function findContinuation(text: string, { from, to }: Line, escape: string): number | null {
  let at = to;
  while (at > from && (text[at - 1] === ' ' || text[at - 1] === '\t')) at -= 1;
  if (at === from || text[at - 1] !== escape) return null;
  return at - 1 > from && text[at - 2] === escape ? null : at - 1;
}

function nextOfInstruction(text: string, from: number): Line | null {
  let next = from;
  while (next < text.length) {
    const line = lineAt(text, next);
    const first = skipSpace(text, line.from, line.to);
    if (first < line.to && text[first] !== '#') return line;
    next = line.next;
  }
  return null;
}

function splitKeyword(joined: string): { keyword: string; text: string } {
  const text = joined.slice(0, endOfText(joined, 0));
  const from = skipSpace(text, 0);
  let to = from;
  while (to < text.length && !isSeparator(text, to)) to += 1;
  return { keyword: text.slice(from, to).toLowerCase(), text };
}

const WITH_HEREDOCS: ReadonlySet<string> = new Set(['add', 'copy', 'run']);

/** Source: moby/buildkit, frontend/dockerfile/parser: canContainHeredoc(). */
function heredocsOf({ keyword, text }: { readonly keyword: string; readonly text: string }): readonly Heredoc[] {
  if (!text.includes('<<')) return [];
  const outer = splitCommand(text, 0);
  const command = keyword === 'onbuild' ? splitCommand(text, outer.args) : outer;
  if (!WITH_HEREDOCS.has(command.keyword) || isJsonForm(text, command.args)) return [];
  return findHeredocs(text);
}

/** A list of texts, as in `RUN ["a", "b"]`. */
function isJsonForm(text: string, from: number): boolean {
  if (text[from] !== '[') return false;
  try {
    const value: unknown = JSON.parse(text.slice(from));
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
  } catch {
    return false;
  }
}

/** Where the line after the heredoc's last begins; null when it has none. */
function findEnd(text: string, from: number, { name, stripsTabs }: Heredoc): number | null {
  let next = from;
  while (next < text.length) {
    const line = lineAt(text, next);
    let first = line.from;
    while (stripsTabs && first < line.to && text[first] === '\t') first += 1;
    if (line.to - first === name.length && text.startsWith(name, first)) return line.next;
    next = line.next;
  }
  return null;
}
