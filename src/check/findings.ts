import type { FileProblem } from '../core/file-reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { Finding } from './finding.ts';
import { describeUnread } from './describe-unread.ts';
import { findAnswers, LONGEST_NAME } from './found.ts';
import { makeFindings, type Measure } from './make-findings.ts';
import type { ImageReport, PlaceFailure } from './report.ts';

/** Everything that is found about one image, once for each place that names it. */
export function findInImage(image: ImageReport, measure: Measure): readonly Finding[] {
  return findAnswers(image).flatMap((found) => makeFindings(found, image, measure));
}

/** What could not be read in files; what only has no effect is no finding. */
export function findInFiles(problems: readonly FileProblem[]): readonly Finding[] {
  return problems
    .filter(({ kind }) => kind === 'unread')
    .map((problem) => {
      const { path, line, column } = problem;
      const [at, from] = [line ?? 1, column ?? 1];
      return {
        rule: 'unknown/file',
        level: 'warning',
        message: describeUnread(problem),
        advice: null,
        image: sanitizeText(path),
        place: { path, line: at, column: from, endLine: at, endColumn: from },
        within: null,
        replacement: null,
        report: null,
      };
    });
}

/** Places with images, and parts of them, that could not be read. */
export function findInPlaces(failures: readonly PlaceFailure[]): readonly Finding[] {
  return failures.map(({ place, message, hint }) => ({
    rule: 'unknown/place',
    level: 'warning',
    message: sanitizeText(message, LONGEST_MESSAGE),
    advice: hint === null ? null : sanitizeText(hint, LONGEST_MESSAGE),
    image: sanitizeText(place, LONGEST_NAME),
    place: null,
    within: null,
    replacement: null,
    report: null,
  }));
}

const LONGEST_MESSAGE = 1_000;
