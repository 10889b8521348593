import { parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import type { EngineOption } from '../../formats/again.ts';
import type { Format } from '../../formats/index.ts';
import { renderFailures } from '../../formats/failures.ts';
import { renderShow } from '../../formats/show.ts';
import { everyLookupFailed } from '../../check/lookups.ts';
import { checkMachine } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readFilters } from '../filters.ts';
import type { CommonOptions } from '../options.ts';
import { planImage, refuseMissing } from '../one-image.ts';
import { planOutput } from '../output.ts';
import { readEngines, refuseFiles } from '../targets.ts';

/** `imgupdate show IMAGE`: everything about one image, by its reference, a pattern or its id, and how each answer was reached. */
export async function show(context: Context, image: string, options: CommonOptions): Promise<ExitCode> {
  refuseFiles([image], 'show');
  const passes = readFilters(options.filter);
  const output = planOutput(context, options, createRecords(context, readEngines(options)));
  const report = await checkMachine(context, options, { ...planImage(image), records: 'all' });
  const images = report.images.filter(passes);
  if (images.length === 0) refuseMissing(image, report, options);
  const wanted = { ...report, images };
  await output(wanted);
  const lines = [...report.warnings.map(({ message }) => `W: ${sanitizeText(message)}`), ...renderFailures(report.failures)];
  if (options.quiet < 2) context.stderr.write(lines.map((line) => `${line}\n`).join(''));
  return everyLookupFailed(report) || report.failures.length > 0 ? EXIT.untrustworthy : EXIT.ok;
}

/** Fields as apt's `show` has them, with an empty line between images. */
function createRecords(context: Context, engines: readonly EngineOption[]): Format {
  return (report, { paint, noTrunc }) => {
    const place = { paint, noTrunc: noTrunc || !context.stdout.isTTY, now: context.now(), engines };
    return parsed(report.images.map((row) => renderShow(row, place)).join('\n'));
  };
}
