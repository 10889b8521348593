import { judge } from '../../check/judge.ts';
import type { CheckResult, Outcome } from '../../check/finding.ts';
import type { Warning } from '../../check/ports.ts';
import type { ImageReport } from '../../check/report.ts';
import type { FailOn } from '../../core/fail-on.ts';
import { sanitizeText } from '../../core/text.ts';
import { VERSION_LEVELS } from '../../core/verdict.ts';
import { ImgupdateError } from '../../errors.ts';
import { summarizeOutcome } from '../../formats/check/summary.ts';
import { plural } from '../../formats/facts.ts';
import { renderFailures } from '../../formats/failures.ts';
import { checkWith } from '../check-machine.ts';
import { planCheckOutput, type Written } from '../check-output.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readFileRequest, refuseSharedStdin } from '../file-options.ts';
import { readFilters } from '../filters.ts';
import type { CheckCommandOptions } from '../program.ts';
import { readSettings } from '../settings.ts';
import { planPlaces, readTargets, refuseFiles, watchPatterns } from '../targets.ts';

/**
 * `imgupdate check`: prints what is stale or could not be told, and exits with the code that a CI job acts on.
 *
 * Without any target the files of the working directory are checked, and the images of an engine that is named.
 */
export async function check(context: Context, words: readonly string[], options: CheckCommandOptions): Promise<ExitCode> {
  refuseFiles(words, 'check');
  refuseSharedStdin(words, options);
  refuseLoneBase(words, options);
  const targets = readTargets(words);
  const files = readFileRequest(words.length === 0 && (options.file ?? []).length === 0 ? { ...options, file: ['.'] } : options);
  const passes = readFilters(options.filter);
  const output = planCheckOutput(context, options);
  const patterns = watchPatterns(targets.patterns);
  const settings = await readSettings(context, options);
  const report = await checkWith(
    context,
    { options, settings },
    {
      all: false,
      matches: targets.wholeEngine ? null : patterns.matches,
      ...planPlaces(targets, options, files),
      records: 'uncounted',
    },
  );
  const images = report.images.filter(passes);
  const missing = patterns.unmatched();
  const judged = judge(
    { ...report, images, warnings: [...report.warnings, ...warnOfVersions(images, settings.failOn), ...missing.map(warnOfMissing)] },
    {
      failOn: settings.failOn,
      strict: settings.strict,
      onUnknown: settings.onUnknown,
      allowEmpty: options.allowEmpty === true,
      missing,
    },
  );
  const outcome = { ...judged, exitCode: exitCodeOf(judged.result, options.exitZero === true) };
  const { failure, ...left } = await output(outcome);
  const telling = {
    ...left,
    paths: files?.paths ?? [],
    filteredOut: report.images.length - images.length,
    isQuiet: options.quiet === 1,
  };
  const lines = options.quiet >= 2 ? [] : explain(outcome, telling);
  context.stderr.write(lines.map((line) => `${line}\n`).join(''));
  if (failure !== null) throw failure.error;
  return outcome.exitCode;
}

/** Files name their bases themselves. */
function refuseLoneBase(words: readonly string[], { base }: Pick<CheckCommandOptions, 'base'>): void {
  if (base === undefined || words.length > 0) return;
  throw new ImgupdateError('usage', `--base ${base} names the base of an image, and no image is named`, {
    hint: `name the image: imgupdate check --base ${base} docker://ghcr.io/acme/api:2.1`,
  });
}

/** Who wants to fail on newer versions must not take silence for there being none. */
function warnOfVersions(images: readonly ImageReport[], failOn: readonly FailOn[]): readonly Warning[] {
  const wanted = VERSION_LEVELS.filter((word) => images.some((image) => (image.failOn ?? failOn).includes(word)));
  if (wanted.length === 0 || images.some(({ newer }) => newer.verdict.kind !== 'untracked')) return [];
  const message = `no image here has a version that is followed, so ${wanted.join(', ')} can fail nothing`;
  return [{ code: 'versions-untracked', message, image: null }];
}

function warnOfMissing(pattern: string): Warning {
  return { code: 'target-missing', message: `no image of the engine matches ${sanitizeText(pattern, 500)}`, image: null };
}

type Telling = Pick<Written, 'leavingOut' | 'unplaced' | 'tellsPlaces'> & {
  readonly paths: readonly string[];
  readonly filteredOut: number;
  readonly isQuiet: boolean;
};

/** What went wrong is said even with `-q`. */
function explain(outcome: Outcome, { paths, filteredOut, leavingOut, unplaced, tellsPlaces, isQuiet }: Telling): readonly string[] {
  const { warnings: told, failures } = outcome.report;
  const warnings = [...told.map(({ message }) => `W: ${sanitizeText(message)}`), ...(tellsPlaces ? [] : renderFailures(failures))];
  const [findings, are] = [plural(unplaced, 'finding'), unplaced === 1 ? 'is' : 'are'];
  const left = leavingOut.map((name) => `N: ${findings} of no file here ${are} left out of ${name}`);
  const summary = summarizeOutcome(outcome, { paths, filteredOut });
  return [...warnings, ...(isQuiet ? summary.filter((line) => /^[EW]: /.test(line)) : [...left, ...summary])];
}

const CODES: Readonly<Record<CheckResult, ExitCode>> = {
  passed: EXIT.ok,
  stale: EXIT.stale,
  incomplete: EXIT.incomplete,
  untrusted: EXIT.untrustworthy,
};

/** What was found may be let pass; that nothing could be found out may not. */
function exitCodeOf(result: CheckResult, exitZero: boolean): ExitCode {
  return exitZero && result !== 'untrusted' ? EXIT.ok : CODES[result];
}
