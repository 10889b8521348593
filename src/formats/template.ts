import type { ImageReport } from '../check/report.ts';
import type { Parsed } from '../core/parsed.ts';
import { malformed, parsed } from '../core/parsed.ts';
import { alignTabs } from './template/align.ts';
import type { Node } from './template/ast.ts';
import { checkTemplate } from './template/check.ts';
import { evaluateTemplate } from './template/evaluate.ts';
import type { RowOptions } from './template/fields.ts';
import { createRow, createTitles, shapeOfRow } from './template/fields.ts';
import { parseTemplate } from './template/parse.ts';
import { renderTitles } from './template/titles.ts';

/** Renders images, a line each. What only the data shows, such as an index out of range, is malformed here. */
export type Template = (images: readonly ImageReport[], options: RowOptions) => Parsed<string>;

/**
 * Compiles a `--format` template in docker's subset of Go's language; `table` before it adds titles and aligns cells at TABs.
 *
 * Example: `table {{.Image}}\t{{.Candidate}}`. `{{json .}}` prints the same object as the JSON document holds.
 * A message begins as docker's does: `template parsing error: `.
 * Source: docker/cli, formatter.go and templates.go; Go text/template.
 */
export function compileTemplate(text: string): Parsed<Template> {
  const isTable = text.startsWith('table');
  const body = trimBlanks(isTable ? text.slice('table'.length) : text);
  const nodes = parseTemplate(body);
  if (!nodes.ok) return asMistake(nodes.message);
  const mistake = checkTemplate(nodes.value, shapeOfRow());
  if (mistake !== null) return asMistake(mistake);
  return parsed((images, options) => renderRows(nodes.value, images, { ...options, isTable }));
}

function renderRows(
  nodes: readonly Node[],
  images: readonly ImageReport[],
  options: RowOptions & { readonly isTable: boolean },
): Parsed<string> {
  const lines = options.isTable ? [`${renderTitles(nodes, createTitles())}\n`] : [];
  for (const image of images) {
    const line = evaluateTemplate(nodes, createRow(image, options));
    if (!line.ok) return asMistake(line.message);
    lines.push(`${line.value}\n`);
  }
  return parsed(options.isTable ? alignTabs(lines.join('')) : lines.join(''));
}

/** Blanks only: a TAB or a new line at the end is meant. */
function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === ' ') end -= 1;
  return text.slice(0, end).replace(/^ +/, '');
}

function asMistake(message: string): Parsed<never> {
  return malformed(`template parsing error: ${message}`);
}
