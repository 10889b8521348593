import type { CheckReport, ImageReport } from '../../check/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { decideOverall, untoldBase } from '../../core/verdict.ts';
import { isUpgradable } from '../../formats/facts.ts';
import type { Scope } from '../../formats/again.ts';
import { renderFailures } from '../../formats/failures.ts';
import { describeNoImages, renderProblems } from '../../formats/file-problems.ts';
import { renderExpiredHolds } from '../../formats/holds.ts';
import { summarize } from '../../formats/summary.ts';
import { everyLookupFailed } from '../../check/lookups.ts';
import { checkMachine } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readFileRequest, refuseSharedStdin, sortProblems, type SortedProblems } from '../file-options.ts';
import { readFilters } from '../filters.ts';
import { planOutput } from '../output.ts';
import { planPlaces, readEngines, readTargets, readWanted, refuseFiles } from '../targets.ts';
import type { ListCommandOptions } from '../program.ts';

/**
 * `imgupdate list`: what is here, or named in files, and what changed upstream. Exits 0 whether or not anything did.
 *
 * Where files are named, the engine is asked for nothing but patterns.
 */
export async function list(context: Context, words: readonly string[], options: ListCommandOptions): Promise<ExitCode> {
  refuseFiles(words, 'list');
  refuseSharedStdin(words, options);
  const targets = readTargets(words);
  const files = readFileRequest(options);
  const { patterns } = targets;
  const upgradable = options.upgradable === true || options.upgradeable === true;
  const passes = readFilters(options.filter);
  const output = planOutput(context, options);
  const report = await checkMachine(context, options, {
    all: options.all === true,
    matches: readWanted(targets),
    ...planPlaces(targets, options, files),
    records: patterns.length > 0 ? 'uncounted' : 'remembered',
  });
  const wanted = { ...report, images: report.images.filter(passes) };
  const shown = upgradable ? { ...wanted, images: wanted.images.filter(isUpgradable) } : wanted;
  await output(shown);
  const paths = files?.paths ?? [];
  const problems = sortProblems(context, paths, report);
  const scope = { engines: readEngines(options), paths, targets: words };
  const telling = { ...options, upgradable, patterns, paths, scope, problems, onTerminal: context.stdout.isTTY };
  const lines = options.quiet >= 2 ? [] : explain(report, wanted, telling);
  context.stderr.write(lines.map((line) => `${line}\n`).join(''));
  const exitCode = decideExitCode(context, { found: report, wanted }, options);
  return problems.lost.length + report.failures.length > 0 ? EXIT.untrustworthy : exitCode;
}

type Telling = Pick<ListCommandOptions, 'quiet' | 'filter' | 'verb'> & {
  readonly upgradable: boolean;
  readonly patterns: readonly string[];
  /** Files, as they were named. */
  readonly paths: readonly string[];
  readonly scope: Scope;
  readonly problems: SortedProblems;
  readonly onTerminal: boolean;
};

/** What went wrong is said even with `-q`: a row that is missing from `--upgradable` must not look current. */
function explain(found: CheckReport, wanted: CheckReport, telling: Telling): readonly string[] {
  const { quiet, filter, verb, upgradable, patterns, paths, scope, problems, onTerminal } = telling;
  const warnings = [
    ...wanted.warnings.map(({ message }) => `W: ${sanitizeText(message)}`),
    ...renderExpiredHolds(wanted.images),
    ...renderProblems('W', problems.others),
    ...renderProblems('E', problems.lost),
    ...renderFailures(found.failures),
  ];
  const narrowed = patterns.length > 0 || filter.length > 0 || paths.length > 0;
  const summary = summarize(wanted, { upgradable, narrowed, ...scope, ...(verb === undefined ? {} : { verb }) });
  if (quiet > 0) return [...warnings, ...summary.hints];
  const nothing = explainNothing(found, wanted, telling);
  if (nothing !== null) return [...warnings, nothing];
  return [
    ...warnings,
    ...summary.hints,
    ...summary.notes,
    ...(onTerminal ? [''] : []),
    summary.sentence,
    ...(summary.next === null ? [] : [summary.next]),
  ];
}

function explainNothing(
  found: CheckReport,
  wanted: CheckReport,
  { filter, patterns, paths, problems }: Pick<Telling, 'filter' | 'patterns' | 'paths' | 'problems'>,
): string | null {
  if (wanted.images.length > 0) return null;
  if (found.images.length > 0)
    return `N: no image passes --filter ${filter.map((entry) => sanitizeText(entry)).join(' --filter ')} (${found.images.length} looked at)`;
  if (paths.length > 0 && problems.lost.length === 0) return `N: ${describeNoImages(paths, found.files)}`;
  return patterns.length > 0 ? `N: no image here matches ${patterns.map((pattern) => sanitizeText(pattern)).join(' or ')}` : null;
}

/** Filters choose rows: whether the look-ups can be trusted is told by all of them, whether something is stale by those that were wanted. */
function decideExitCode(
  context: Context,
  { found, wanted }: { readonly found: CheckReport; readonly wanted: CheckReport },
  options: ListCommandOptions,
): ExitCode {
  if (everyLookupFailed(found)) {
    if (options.quiet < 2) context.stderr.write('E: no image could be checked\n');
    return EXIT.untrustworthy;
  }
  return options.exitCode === true && wanted.images.some(isSurelyStale) ? EXIT.stale : EXIT.ok;
}

/** What is held, and a guess about a base, is printed and fails nothing. */
function isSurelyStale({ tag, newer, base, held }: ImageReport): boolean {
  if (held !== null) return false;
  const told = base.verdict.confidence === 'low' ? { kind: 'none' as const, ...untoldBase('it is no more than a guess') } : base.verdict;
  return decideOverall(tag.verdict, newer.verdict, told) === 'stale';
}
