import type { CheckReport } from '../check/report.ts';
import type { Parsed } from '../core/parsed.ts';
import { malformed, parsed } from '../core/parsed.ts';
import { sanitizeText } from '../core/text.ts';
import { renderApt } from './apt.ts';
import { renderJson } from './json.ts';
import { renderNdjson } from './ndjson.ts';
import { renderPlain } from './plain.ts';
import { renderQuiet } from './quiet.ts';
import { renderSuggestion } from '../core/suggest.ts';
import type { TableOptions } from './table.ts';
import { renderTable } from './table.ts';
import { compileTemplate } from './template.ts';

/** Renders a report for stdout: lines with their ends, nothing for nothing. Only a template can fail, on what the data shows. */
export type Format = (report: CheckReport, options: TableOptions) => Parsed<string>;

/**
 * Finds what `--format` asks for: a name of the table below, or a template (anything with `{{`, or `table ` before it).
 */
export function chooseFormat(text: string): Parsed<Format> {
  const format = FORMATS.get(text);
  if (format !== undefined) return parsed((report, options) => parsed(format(report, options)));
  if (!text.includes('{{')) return malformed(describeUnknown(text));
  const template = compileTemplate(text);
  if (!template.ok) return template;
  return parsed((report, options) => template.value(report.images, options));
}

/** The names `--format` takes. */
export const formatNames = (): readonly string[] => [...FORMATS.keys()];

const FORMATS: ReadonlyMap<string, (report: CheckReport, options: TableOptions) => string> = new Map([
  ['table', renderTable],
  ['plain', renderPlain],
  ['json', renderJson],
  ['ndjson', renderNdjson],
  ['apt', renderApt],
  ['quiet', renderQuiet],
]);

function describeUnknown(text: string): string {
  const names = formatNames();
  return `unknown format "${sanitizeText(text, 80)}": expected ${names.join(', ')} or a template such as '{{.Image}}'${renderSuggestion(text, names)}`;
}
