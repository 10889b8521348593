import type { Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { widthOf } from '../width.ts';
import { type CommandGroup, listCommands } from './commands.ts';
import { listFooter } from './footer.ts';
import type { ReportAbout } from './index.ts';
import { describeAbout, listSections, type Row, type Section, type SectionKey } from './sections.ts';
import { describeAttention, describeHeadline, hasOldContainers, OLD_CONTAINERS, SECTION_TITLES } from './words.ts';
import { wrapCommand } from './wrap-command.ts';
import { wrapText } from './wrap.ts';

/** As mail has had it since there were terminals; a phone breaks longer lines at the worst places. */
const WIDTH = 72;

/** Rows of a section: more are read by nobody, and must not make a mail that no server takes. */
const MOST_ROWS = 200;

const LONGEST_TITLE = 200;

/**
 * Renders a report for a terminal and a mail alike: 72 columns, no colour, and nothing that needs a font in which all letters are equally wide.
 *
 * Each image has a line or two: its name and what is newer, then who uses it and since when.
 */
export function renderReportText(report: Report, { version }: ReportAbout): string {
  const sections = listSections(report);
  const commands = listCommands(report);
  const blocks = [
    renderHead(report),
    ...sections.map(renderSection),
    ...(commands.length === 0 ? [] : [renderCommands(commands)]),
    ...(hasOldContainers(report, MOST_ROWS) ? [paragraph(OLD_CONTAINERS)] : []),
    renderFooter(report, version),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function renderHead(report: Report): readonly string[] {
  const attention = describeAttention(report);
  return [
    ...(report.title === null ? [] : [...heading(sanitizeText(report.title, LONGEST_TITLE)), '']),
    ...paragraph(`${describeHeadline(report)}.`),
    ...(attention === null ? [] : paragraph(`Needs attention: ${attention}.`)),
  ];
}

function paragraph(text: string): readonly string[] {
  return wrap(text, '', '');
}

/** Days and sizes are not broken: `9 Nov`, `88 days`, `1.2 GB`. */
const MEASURE = /(\d) (?=(?:days?|[kMGTPE]?B|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b)/g;
const NO_BREAK = '\u{a0}';

function wrap(text: string, first: string, rest: string): readonly string[] {
  const lines = wrapText(text.replace(MEASURE, `$1${NO_BREAK}`), { first, rest, width: WIDTH });
  return lines.map((line) => line.replaceAll(NO_BREAK, ' '));
}

function heading(title: string): readonly string[] {
  const lines = paragraph(title);
  return [...lines, '-'.repeat(Math.max(...lines.map(widthOf)))];
}

function renderSection({ key, title, intro, count, rows, command }: Section): readonly string[] {
  const shown = rows(MOST_ROWS);
  const left = count - shown.length;
  return [
    ...heading(title),
    ...(intro === null ? [] : paragraph(`${intro}.`)),
    ...shown.flatMap((row, at) => renderRow(key, row, key === 'rebuilds' ? `${at + 1}. ` : '* ')),
    ...(left === 0 ? [] : paragraph(`and ${left} more${command === null ? '' : `: ${command}`}`)),
  ];
}

function renderRow(key: SectionKey, row: Row, bullet: string): readonly string[] {
  const { names, where, what, since } = row;
  const name = `${names.join(', ')}${where}`;
  const isShort = key === 'attention' && since !== '';
  const about = describeAbout(isShort ? { ...row, since: '' } : row);
  const indent = ' '.repeat(bullet.length);
  return [
    ...wrap(`${name === '' ? '' : `${name}: `}${what}${isShort ? ` (${since})` : ''}`, bullet, indent),
    ...(about === '' ? [] : wrap(about, indent, indent)),
  ];
}

function renderCommands(groups: readonly CommandGroup[]): readonly string[] {
  return [
    ...heading(SECTION_TITLES.commands),
    ...groups.flatMap(({ title, lines, isShell, left }) => [
      ...paragraph(`${title}:`),
      ...lines.flatMap((line) => (isShell ? wrapCommand(line, { indent: '  ', width: WIDTH }) : wrap(line, '  ', '    '))),
      ...(left === 0 ? [] : [`  and ${left} more`]),
    ]),
  ];
}

function renderFooter(report: Report, version: string): readonly string[] {
  return listFooter(report, version).flatMap((line) => wrap(line, '', '  '));
}
