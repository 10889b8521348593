import type { ImageReport } from '../../check/report.ts';
import { parseReference, type Reference } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import { again } from '../../formats/again.ts';
import { renderFailures } from '../../formats/failures.ts';
import { renderTagName } from '../../formats/newer.ts';
import { createPaint, type Paint } from '../../formats/paint.ts';
import { candidateTagOf, type PolicyOrigins, renderPolicy } from '../../formats/policy.ts';
import { renderPoliciesJson } from '../../formats/policy-json.ts';
import { countsTags } from '../../formats/policy-table.ts';
import { checkWith } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readFilters } from '../filters.ts';
import { planImage, refuseMissing } from '../one-image.ts';
import { paintFor, readArtefact, writeArtefact } from '../output.ts';
import type { PolicyCommandOptions } from '../program.ts';
import { readSettings, type Settings } from '../settings.ts';
import { readEngines, refuseFiles } from '../targets.ts';

/** `imgupdate policy IMAGE`: the version table of an image: every candidate tag with the rule that admits or rejects it. */
export async function policy(context: Context, image: string, options: PolicyCommandOptions): Promise<ExitCode> {
  refuseFiles([image], 'policy');
  const print = readFormat(options.quiet > 0 ? 'quiet' : options.json === true ? 'json' : (options.format ?? 'table'));
  const passes = readFilters(options.filter);
  const artefacts = options.output.map((entry) => readArtefact(entry, readFormat));
  const request = { ...planImage(image), versionTables: true };
  const settings = await readSettings(context, options);
  const report = await checkWith(context, { options, settings }, request);
  const images = [...new Map(report.images.filter(passes).map((row) => [row.reference, row])).values()];
  if (images.length === 0) refuseMissing(image, report, options);
  const place = { all: options.all === true, now: context.now(), originsOf: planOrigins(settings) };
  if (options.quiet < 2) context.stdout.write(print(images, { ...place, paint: paintFor(context, context.stdout, options) }));
  for (const { path, format } of artefacts) await writeArtefact(context, path, format(images, { ...place, paint: createPaint(false) }));
  await context.stdout.drain();
  const hasMore = print === renderTables && options.all !== true && images.some(hasOtherTags);
  const lines = [
    ...report.warnings.map(({ message }) => `W: ${sanitizeText(message)}`),
    ...renderFailures(report.failures),
    ...noteCovers(images),
    ...(hasMore ? [`N: for each tag by itself: ${again('policy -a', { engines: readEngines(options), targets: [image] })}`] : []),
  ];
  if (options.quiet < 2) context.stderr.write(lines.map((line) => `${line}\n`).join(''));
  return images.every(({ newer }) => newer.verdict.kind === 'unknown') || report.failures.length > 0 ? EXIT.untrustworthy : EXIT.ok;
}

/** Of a large repository only the pages with what can be newer are asked for. */
function noteCovers(images: readonly ImageReport[]): readonly string[] {
  const covers = new Set(images.flatMap(({ newer }) => newer.table?.covers ?? []));
  if (covers.size === 0) return [];
  const begins = [...covers].map((prefix) => (prefix === '' ? 'a digit' : `"${sanitizeText(prefix)}"`)).join(' or ');
  return [`N: the repository has more tags: those that begin with ${begins} were listed, and what came along`];
}

type Place = {
  readonly paint: Paint;
  readonly all: boolean;
  readonly now: number;
  readonly originsOf: (image: ImageReport) => PolicyOrigins;
};
type Format = (images: readonly ImageReport[], place: Place) => string;

const renderTables: Format = (images, place) => images.map((image) => renderPolicy(image, place)).join('');

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['table', renderTables],
  ['json', (images, { originsOf }) => renderPoliciesJson(images, originsOf)],
  [
    'quiet',
    (images) =>
      images
        .flatMap((image) => candidateTagOf(image) ?? [])
        .map((tag) => `${renderTagName(tag)}\n`)
        .join(''),
  ],
]);

/** Whether its table counts tags instead of naming them. */
function hasOtherTags({ newer: { table } }: ImageReport): boolean {
  return table !== null && countsTags(table.rows);
}

function readFormat(name: string): Format {
  const format = FORMATS.get(name);
  if (format !== undefined) return format;
  throw new ImgupdateError('usage', `unknown format "${sanitizeText(name, 80)}": expected ${[...FORMATS.keys()].join(', ')}`, {
    hint: "see 'imgupdate policy --help'",
  });
}

/** Where the configuration says what is wanted of an image: of each property the first rule that matches and has it, else the key that stands for all. */
function planOrigins({ rules, origins }: Settings): (image: ImageReport) => PolicyOrigins {
  return ({ reference: text, registry }) => {
    const reference = registry === null ? null : parseReference(text);
    return reference?.ok === true ? originsOf(reference.value, rules, origins) : origins;
  };
}

function originsOf(reference: Reference, rules: Settings['rules'], standing: PolicyOrigins): PolicyOrigins {
  const matching = rules.filter(({ value }) => value.matches(reference));
  const said = KEYS.flatMap(([part, key]) => {
    const where = matching.find(({ value }) => value[key] !== null)?.origin.where;
    return where === undefined ? [] : [[part, where] as const];
  });
  return new Map([...standing, ...said]);
}

/** What each part of a policy is called in a rule. */
const KEYS = [
  ['track', 'track'],
  ['minAgeMs', 'minAge'],
  ['include', 'include'],
  ['exclude', 'exclude'],
  ['skip', 'skip'],
  ['variant', 'variant'],
] as const;
