import { sanitizeText } from '../core/text.ts';

const LONGEST_PATH = 1000;

/** A colon that a reader of `FILE:LINE:COLUMN: ` would take for one of those. */
const MISLEADING_COLON = /:(?=\d+(?:[:\s]|$)|\s|$)/gu;

/** A path on one line, in which nothing looks like a line and a column. */
export function renderPath(path: string): string {
  return sanitizeText(path, LONGEST_PATH).replace(MISLEADING_COLON, '\u{fffd}');
}
