import { parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import type { Format } from '../../formats/index.ts';
import { renderProblems } from '../../formats/file-problems.ts';
import { renderFailures } from '../../formats/failures.ts';
import { renderUpdate } from '../../formats/update.ts';
import { everyLookupFailed } from '../../check/lookups.ts';
import { checkMachine } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readFileRequest, refuseSharedStdin, sortProblems } from '../file-options.ts';
import { readFilters } from '../filters.ts';
import { refuseOffline } from '../options.ts';
import { planOutput } from '../output.ts';
import { planPlaces, readEngines, readTargets, readWanted, refuseFiles } from '../targets.ts';
import type { UpdateCommandOptions } from '../program.ts';

/** `imgupdate update`: asks about every tag of the engine, or of what is named, now, and remembers the answers for the verbs that follow. */
export async function update(context: Context, words: readonly string[], options: UpdateCommandOptions): Promise<ExitCode> {
  refuseOffline('update', options);
  refuseFiles(words, 'update');
  refuseSharedStdin(words, options);
  const targets = readTargets(words);
  const files = readFileRequest(options);
  const paths = files?.paths ?? [];
  const passes = readFilters(options.filter);
  const output = planOutput(context, { ...options, quiet: options.quiet * 2 }, records);
  const startedAt = context.now();
  const report = await checkMachine(
    context,
    { ...options, refresh: true },
    {
      all: false,
      matches: readWanted(targets),
      ...planPlaces(targets, options, files),
      records: 'uncounted',
    },
  );
  const wanted = { ...report, images: report.images.filter(passes) };
  await output(wanted);
  const { closing, warnings } = renderUpdate(wanted, {
    elapsedMs: context.now() - startedAt,
    engines: readEngines(options),
    paths,
    targets: words,
  });
  const problems = sortProblems(context, paths, report);
  const lines = [
    ...(options.quiet === 0 ? closing : []),
    ...warnings,
    ...report.warnings.map(({ message }) => `W: ${sanitizeText(message)}`),
    ...renderProblems('W', problems.others),
    ...renderProblems('E', problems.lost),
    ...renderFailures(report.failures),
  ];
  if (options.quiet < 2) context.stderr.write(lines.map((line) => `${line}\n`).join(''));
  return everyLookupFailed(report) || problems.lost.length + report.failures.length > 0 ? EXIT.untrustworthy : EXIT.ok;
}

/** Hit, Get, Ign and Err lines, as apt prints them. */
const records: Format = (report) =>
  parsed(
    renderUpdate(report, { elapsedMs: 0 })
      .records.map((line) => `${line}\n`)
      .join(''),
  );
