import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { type Line, readLines } from './lines.ts';
import { canBeRead, lookLikeReferences } from './read-words.ts';

/** Lines that are looked at: further down a text is what it was. */
const MOST_LINES = 100_000;

/**
 * Tells by a look whether a text of an unknown kind is a list: every line of it reads like references, and one is; or it is a table of them, of which that can be said.
 *
 * @returns one sentence that says what keeps it from being one: `line 3 is no image`. The line itself is not told: what is no list may hold secrets.
 */
export function lookAtList(text: string): Parsed<'list'> {
  let names = false;
  for (const line of readLines(text)) {
    if (line.number > MOST_LINES) break;
    if (line.words.length === 0 || (!names && isHeading(line))) continue;
    if (!names && isTableHead(line)) return parsed('list');
    if (!lookLikeReferences(line.words)) return malformed(`line ${line.number} is no image`);
    names ||= line.words.some((word) => canBeRead(word.text));
  }
  return names ? parsed('list') : malformed('no line names an image');
}

/** Whether a line is what stands above the one column of a table: `IMAGE`, `REPOSITORY:TAG`. */
export function isHeading({ words: [word, ...more] }: Line): boolean {
  return word !== undefined && more.length === 0 && /^[A-Z][A-Z :]+$/.test(word.text);
}

/** Whether a line is what stands above the columns of a table: `REPOSITORY   TAG   IMAGE ID   CREATED   SIZE`. */
export function isTableHead({ words }: Line): boolean {
  return words.length > 1 && words.every(({ text }) => /^[A-Z][A-Z()/-]*$/.test(text));
}

/** What is said of a table. Source: docker images; kubectl get. */
export const IS_TABLE =
  "is a table: expected images alone, as docker images --format '{{.Repository}}:{{.Tag}}' prints them, or kubectl get pods -o json";
