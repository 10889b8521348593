import type { CheckReport } from '../check/report.ts';
import { ImgupdateError } from '../errors.ts';
import { renderApt } from '../formats/apt.ts';
import { renderJson } from '../formats/json.ts';
import { renderNdjson } from '../formats/ndjson.ts';
import { createPaint, decideColor } from '../formats/paint.ts';
import { renderPlain } from '../formats/plain.ts';
import { renderQuiet } from '../formats/quiet.ts';
import { suggest } from '../formats/suggest.ts';
import { renderTable } from '../formats/table.ts';
import { compileTemplate } from '../formats/template.ts';
import type { Context } from './context.ts';
import type { CommonOptions } from './options.ts';

type Format = (report: CheckReport, place: Place) => string;

/** Where the text goes: a terminal of so many columns, with colour or not; null columns elsewhere. */
type Place = { readonly columns: number | null; readonly color: boolean; readonly noTrunc: boolean };

/** Every format that has a name. To add one: its file in formats, and a line here. */
const FORMATS: Readonly<Record<string, Format>> = {
  table: (report, place) => renderTable(report, { width: place.columns, noTrunc: place.noTrunc, paint: createPaint(place.color) }),
  plain: renderPlain,
  json: renderJson,
  ndjson: renderNdjson,
  apt: renderApt,
};

/**
 * Reads the options of output, so that what is wrong with them is said before anything is asked.
 *
 * @returns writes a report to stdout and to every file that was named.
 * @throws ImgupdateError 'usage' for an unknown format or a template that does not compile.
 */
export function planOutput(context: Context, options: CommonOptions): (report: CheckReport) => Promise<void> {
  const print = chooseFormat(context, options);
  const files = options.output.map((entry) => readArtefact(context, entry));
  const color = decideColor({ flag: options.color, env: context.env, isTTY: context.stdout.isTTY });
  const terminal: Place = { columns: context.stdout.isTTY ? context.stdout.columns : null, color, noTrunc: !options.trunc };
  return async (report) => {
    context.stdout.write(print(report, terminal));
    for (const { path, format } of files) {
      const text = format(report, { columns: null, color: false, noTrunc: !options.trunc });
      if (path === '-') context.stdout.write(text);
      else await context.writeFile(path, text);
    }
  };
}

function chooseFormat(context: Context, options: CommonOptions): Format {
  if (options.json === true && options.format !== undefined && options.format !== 'json') {
    throw new ImgupdateError('usage', `conflicting options: --json and --format ${options.format}`, { hint: 'give one of them' });
  }
  const format = readFormat(context, options.json === true ? 'json' : (options.format ?? 'table'));
  if (options.quiet >= 2) return () => '';
  return options.quiet === 1 ? renderQuiet : format;
}

function readFormat(context: Context, text: string): Format {
  const named = Object.hasOwn(FORMATS, text) ? FORMATS[text] : undefined;
  if (named !== undefined) return named;
  if (!text.includes('{{')) {
    const names = Object.keys(FORMATS);
    const meant = suggest(text, names);
    throw new ImgupdateError('usage', `unknown format "${text}"${meant === null ? '' : ` (did you mean "${meant}"?)`}`, {
      hint: `give one of ${names.join(', ')}, or a template such as '{{.Image}} {{.Update}}'`,
    });
  }
  const template = compileTemplate(text);
  if (!template.ok)
    throw new ImgupdateError('usage', template.message, {
      hint: "see the fields in the README, or print one image whole: --format '{{json .}}'",
    });
  return (report, place) => {
    const rendered = template.value(report.images, { noTrunc: place.noTrunc });
    if (rendered.ok) return rendered.value;
    throw new ImgupdateError('usage', rendered.message);
  };
}

function readArtefact(context: Context, entry: string): { readonly path: string; readonly format: Format } {
  const at = entry.indexOf('=');
  if (at <= 0 || at === entry.length - 1) {
    throw new ImgupdateError('usage', `cannot read -o ${entry}: expected FORMAT=PATH`, { hint: 'for example: -o json=images.json' });
  }
  return { path: entry.slice(at + 1), format: readFormat(context, entry.slice(0, at)) };
}
