import type { Matches } from '../../check/images-to-check.ts';
import { parsed } from '../../core/parsed.ts';
import { compilePattern } from '../../core/pattern.ts';
import { parseReference, renderReference, withDefaultTag } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import type { Format } from '../../formats/index.ts';
import { renderShow } from '../../formats/show.ts';
import { checkMachine, everyLookupFailed } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readFilters } from '../filters.ts';
import type { CommonOptions } from '../options.ts';
import { planOutput } from '../output.ts';
import { readTargets } from '../targets.ts';

/** Whole or cut short, with or without its algorithm. */
const ID = /^(?:sha256:)?([a-f0-9]{6,64})$/;

/** `imgupdate show IMAGE`: everything about one image, by its reference, a pattern or its id, and how each answer was reached. */
export async function show(context: Context, image: string, options: CommonOptions): Promise<ExitCode> {
  const passes = readFilters(options.filter);
  const output = planOutput(context, options, createRecords(context));
  const { patterns, references } = readTargets([image]);
  const [pattern] = patterns;
  const report = await checkMachine(context, options, {
    all: ID.test(image),
    matches: pattern === undefined ? null : readImage(pattern),
    targets: references,
    withoutEngine: pattern === undefined,
    thorough: true,
  });
  const images = report.images.filter(passes);
  if (images.length === 0) {
    const filters = report.images.length === 0 ? '' : ` and passes --filter ${options.filter.join(' --filter ')}`;
    throw new ImgupdateError('no-such-image', `no image here matches ${image}${filters}`, { hint: 'list those that are: imgupdate list' });
  }
  const wanted = { ...report, images };
  await output(wanted);
  if (options.quiet < 2) context.stderr.write(report.warnings.map(({ message }) => `W: ${sanitizeText(message)}\n`).join(''));
  return everyLookupFailed(report) ? EXIT.untrustworthy : EXIT.ok;
}

/** Fields as apt's `show` has them, with an empty line between images. */
function createRecords(context: Context): Format {
  return (report, { paint, noTrunc }) => {
    const place = { paint, noTrunc: noTrunc || !context.stdout.isTTY, now: context.now() };
    return parsed(report.images.map((row) => renderShow(row, place)).join('\n'));
  };
}

/**
 * A name without a tag means its tag `latest` where that is here, as docker has it; so both the pattern and the reference are tried. What may be the beginning of
 * an id may as well be a name: `facade`.
 */
function readImage(image: string): Matches {
  const pattern = compilePattern(image);
  if (!pattern.ok)
    throw new ImgupdateError('usage', `cannot read the image "${image}": ${pattern.message}`, { hint: 'name it as list does: nginx:1.27' });
  const parsed = parseReference(image);
  const exact = parsed.ok ? renderReference(withDefaultTag(parsed.value)) : null;
  const id = ID.exec(image)?.[1] ?? null;
  return (reference, { imageId }) =>
    (id !== null && imageId.replace(/^sha256:/, '').startsWith(id)) ||
    (reference !== null && (pattern.value(reference) || renderReference(reference) === exact));
}
