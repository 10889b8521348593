import type { Outcome } from '../../check/finding.ts';
import { sanitizeText } from '../../core/text.ts';
import { plural } from '../facts.ts';
import { describeNoImages, renderProblems } from '../file-problems.ts';
import { describeFailing, describeState, describeSubject, describeUnchecked } from './counts.ts';
import { adviceOf, disarmLine, isOpen } from './words.ts';

/** `paths`: the files and folders that were asked for, as the user wrote them. `filteredOut`: how many images no filter let pass; none without. */
export type OutcomeSummaryOptions = { readonly paths: readonly string[]; readonly filteredOut?: number };

const MOST_LINES = 5;
const LONGEST_MESSAGE = 300;

const NAME_SOME = 'name files or folders with -f, or images in registries as docker://REF; with --allow-empty this is no failure';
const NAME_IMAGES = "name images as 'imgupdate list' does, or in registries as docker://REF; with --allow-empty this is no failure";

/**
 * Says on stderr, below the findings, what came of a check: each a line without its end.
 *
 * `9 images in 4 files: 2 errors, 2 warnings, 1 held, 4 current`, then `E:` for what fails, `W:` for what was not checked or has no effect, `N:` for what to do.
 */
export function summarizeOutcome(outcome: Outcome, options: OutcomeSummaryOptions): readonly string[] {
  return renderLines(outcome, options).map(disarmLine);
}

function renderLines(outcome: Outcome, options: OutcomeSummaryOptions): readonly string[] {
  const { counts, report, exitCode, result } = outcome;
  const ignored = (report.files?.problems ?? []).filter(({ kind }) => kind === 'ignored');
  if (counts.images === 0 && counts.unchecked === 0) {
    const hints = exitCode === 0 ? [] : adviseOnNothing(outcome, options).map((advice) => `N: ${advice}`);
    return [`${exitCode === 0 ? 'N' : 'E'}: ${describeNothing(outcome, options)}`, ...hints, ...renderProblems('W', ignored)];
  }
  const failing = describeFailing(outcome);
  return [
    `${describeSubject(outcome)}: ${describeState(outcome)}`,
    ...(failing === null ? [] : [`${exitCode === 0 ? 'W' : 'E'}: ${failing}`]),
    ...(result === 'untrusted' ? renderOpen(outcome, 'E: no image could be checked') : renderIncomplete(outcome)),
    ...renderProblems('W', ignored),
  ];
}

function adviseOnNothing({ report }: Outcome, { paths, filteredOut = 0 }: OutcomeSummaryOptions): readonly string[] {
  if (report.ignored.length > 0) return [];
  if (filteredOut > 0) return ['change the --filter; with --allow-empty this is no failure'];
  return [paths.length === 0 ? NAME_IMAGES : NAME_SOME];
}

function describeNothing({ report }: Outcome, { paths, filteredOut = 0 }: OutcomeSummaryOptions): string {
  if (filteredOut > 0) return `no image passes the filter (${plural(filteredOut, 'image')} left out)`;
  if (report.ignored.length > 0) return `no images to check (${report.ignored.length} ignored)`;
  return describeNoImages(paths, report.files);
}

function renderIncomplete(outcome: Outcome): readonly string[] {
  const unchecked = describeUnchecked(outcome);
  return unchecked === null ? [] : renderOpen(outcome, `W: ${unchecked}`);
}

/** One thing to do stands on the line itself, several below it, those that help most first. */
function renderOpen({ findings }: Outcome, line: string): readonly string[] {
  const subjects = new Map<string, Set<unknown>>();
  for (const finding of findings) {
    const advice = isOpen(finding) && finding.level !== 'note' ? adviceOf(finding) : null;
    if (advice !== null) subjects.set(advice, (subjects.get(advice) ?? new Set()).add(finding.report ?? finding.image));
  }
  const counts = [...subjects].map(([advice, { size }]) => [advice, size] as const);
  const [first, ...others] = counts.sort(([, a], [, b]) => b - a);
  if (first === undefined) return [line];
  if (others.length === 0) return [`${line}; ${sanitizeText(first[0], LONGEST_MESSAGE)}`];
  const shown = [first, ...others].slice(0, MOST_LINES);
  const left = counts.length - shown.length;
  return [
    line,
    ...shown.map(([advice, count]) => `N: ${sanitizeText(advice, LONGEST_MESSAGE)}${count === 1 ? '' : ` (${plural(count, 'image')})`}`),
    ...(left === 0 ? [] : [`N: and ${plural(left, 'more thing')} to do, in the lines above`]),
  ];
}
