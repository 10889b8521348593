import type { FileContents, FilePlace, FileProblem, FileReference } from '../../core/file-reference.ts';
import type { Hold } from '../../core/hold.ts';
import { MISPLACED_HOLD, parseHoldComment, readHoldComments } from '../../core/hold-comment.ts';
import { malformed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import { type Line, MOST_WORDS, readLines, type Word } from './lines.ts';
import { IS_TABLE, isHeading, isTableHead } from './look-at-list.ts';
import { areReferences, canBeRead, readWord } from './read-words.ts';

const MOST_CHARACTERS = 16 * 1024 * 1024;
const MOST_LINES = 100_000;
const MOST_PROBLEMS = 100;
const LONGEST_WRITTEN = 500;

/**
 * Reads a list of images: one reference a line, or several with white space or commas between them; `#` comments, on a line of their own or behind.
 *
 * A line that is no reference is one that cannot be told, never left out. What an engine prints for images without a name is: it names nothing. A hold stands in
 * the comments directly above a line, and is of all that is on it. Bounded to 16 Mi characters, 100,000 lines and as many references; what is beyond is said.
 * Source: docker images and docker compose config --images (what they print); kubectl, JSONPath support.
 */
export function parseList(text: string, path: string): FileContents {
  if (text.length > MOST_CHARACTERS) return unread(path, `is longer than the ${MOST_CHARACTERS / 1024 / 1024} MiB of a list that are read`);
  const found: Found = { path, references: [], problems: [], nameless: { count: 0, first: null } };
  let isFirst = true;
  let notes: Note[] = [];
  for (const line of readLines(text)) {
    if (line.words.length === 0) {
      if (line.comment === null) {
        dropNotes(notes, found);
        notes = [];
      } else if (parseHoldComment(line.comment.text) !== null) notes.push({ ...line.comment, line: line.number });
      continue;
    }
    if (isFirst && isTableHead(line)) return unread(path, IS_TABLE);
    if (line.number > MOST_LINES || found.references.length + line.words.length > MOST_WORDS) {
      return finish(found, [describeRest(found, line)]);
    }
    if (!isFirst || !isHeading(line)) takeLine(line, notes, found);
    notes = [];
    isFirst = false;
  }
  dropNotes(notes, found);
  return finish(found, []);
}

/** Of comments only annotations are kept. */
type Note = Word & { readonly line: number };

/** What is known of a list so far. */
type Found = {
  readonly path: string;
  readonly references: FileReference[];
  readonly problems: FileProblem[];
  readonly nameless: { count: number; first: FilePlace | null };
};

/** What stands above no image. */
function dropNotes(notes: readonly Note[], found: Found): void {
  for (const { text, line, column } of notes) {
    const hold = parseHoldComment(text);
    const message = hold?.ok === false ? hold.message : 'a hold has to stand directly above the line that names the image';
    found.problems.push({ kind: 'ignored', path: found.path, line, column, message });
  }
}

function takeLine({ number, words, comment }: Line, notes: readonly Note[], found: Found): void {
  const { path, references, problems } = found;
  const { hold } = readHoldComments(notes.map(({ text }) => text));
  dropNotes(
    notes.filter(({ text }) => parseHoldComment(text)?.ok === false),
    found,
  );
  if (comment !== null && parseHoldComment(comment.text) !== null) {
    problems.push({ kind: 'ignored', path, line: number, column: comment.column, message: MISPLACED_HOLD });
  }
  if (!areReferences(words)) references.push(describeLine(words, { path, line: number, hold }));
  else for (const word of words) takeWord(word, { path, line: number, hold }, found);
}

type At = { readonly path: string; readonly line: number; readonly hold: Hold | null };

/** A line of something else, of which no single word is taken for an image. */
function describeLine(words: readonly Word[], at: At): FileReference {
  const [first = NOTHING] = words;
  const last = words.at(-1) ?? first;
  const stranger = words.find(({ text }) => !canBeRead(text)) ?? first;
  const message = `expected an image, or several with white space between them, got "${sanitizeText(stranger.text, 80)}"`;
  const text = words.slice(0, LONGEST_WRITTEN).map((word) => word.text);
  const written = sanitizeText(text.join(' '), LONGEST_WRITTEN);
  return { ...makeReference(first, at), place: { ...placeOf(first, at), endColumn: endOf(last) }, written, reference: malformed(message) };
}

const NOTHING: Word = { text: '', column: 1 };

function takeWord(word: Word, at: At, { references, nameless }: Found): void {
  const reference = readWord(word.text);
  if (reference !== null) {
    references.push({ ...makeReference(word, at), reference });
    return;
  }
  nameless.count += 1;
  nameless.first ??= placeOf(word, at);
}

function makeReference(word: Word, at: At): Omit<FileReference, 'reference'> {
  return {
    kind: 'list',
    place: placeOf(word, at),
    written: sanitizeText(word.text, LONGEST_WRITTEN),
    within: null,
    platform: null,
    running: null,
    hold: at.hold,
  };
}

function placeOf(word: Word, { path, line }: Pick<At, 'path' | 'line'>): FilePlace {
  return { path, line, column: word.column, endLine: line, endColumn: endOf(word) };
}

function endOf({ text, column }: Word): number {
  return column + text.length;
}

function describeRest({ path }: Found, { number, words: [word = NOTHING] }: Line): FileProblem {
  const what = number > MOST_LINES ? `has more than ${MOST_LINES} lines` : `names more than ${MOST_WORDS} images`;
  return { kind: 'unread', path, line: number, column: word.column, message: `${what}: those from here on were not read` };
}

/** What was not read comes first, so that no number of trifles hides it. */
function finish({ path, references, problems, nameless: { count, first } }: Found, last: readonly FileProblem[]): FileContents {
  const more = problems.length - MOST_PROBLEMS;
  const [line, column] = [first?.line ?? null, first?.column ?? null];
  const without = count === 1 ? '1 image has no name' : `${count} images have no name`;
  return {
    references,
    problems: [
      ...last,
      ...(count === 0 ? [] : [{ kind: 'ignored' as const, path, line, column, message: `${without} (<none>), and cannot be looked up` }]),
      ...problems.slice(0, MOST_PROBLEMS),
      ...(more > 0 ? [{ kind: 'ignored' as const, path, line: null, column: null, message: `and ${more} more problems` }] : []),
    ],
  };
}

function unread(path: string, message: string): FileContents {
  return { references: [], problems: [{ kind: 'unread', path, line: null, column: null, message }] };
}
