import type { Report } from '../../core/report/report.ts';
import { escapeMarkdown, escapeSentence, escapeStart, renderCode } from '../markdown/escape.ts';
import { type CommandGroup, listCommands } from './commands.ts';
import { listFooter } from './footer.ts';
import type { ReportAbout } from './index.ts';
import { listSections, type Row, type Section, type SectionKey } from './sections.ts';
import { describeAttention, describeHeadline, describeTitle, hasOldContainers, OLD_CONTAINERS, SECTION_TITLES } from './words.ts';

/** Rows of a section, and bytes of UTF-8. Ten sections of them stay below the 1 MiB from which GitHub shows nothing. */
const MOST_ROWS = 500;
const MOST_BYTES = 80_000;

/**
 * Renders a report for what reads Markdown: an issue, a chat, the summary of a CI step. What is to be acted on are tables, what can wait is folded away.
 *
 * Below 900,000 bytes; rows that are left out are counted. Source: GitHub Docs, "Workflow commands", step isolation and limits.
 */
export function renderReportMarkdown(report: Report, { version }: ReportAbout): string {
  const commands = listCommands(report);
  const sections = listSections(report);
  const blocks = [
    renderHead(report),
    ...sections.map(renderSection),
    ...(commands.length === 0 ? [] : [renderCommands(commands)]),
    ...(hasOldContainers(report, MOST_ROWS) ? [escapeMarkdown(OLD_CONTAINERS)] : []),
    `---\n\n${listFooter(report, version)
      .map((line) => escapeStart(escapeMarkdown(line)))
      .join('  \n')}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function renderHead(report: Report): string {
  const attention = describeAttention(report);
  const needs = attention === null ? '' : ` **Needs attention: ${escapeMarkdown(attention)}.**`;
  return `# ${escapeMarkdown(describeTitle(report))}\n\n**${escapeMarkdown(describeHeadline(report))}.**${needs}`;
}

type Column = { readonly title: string; readonly cell: (row: Row) => string };

const IMAGE: Column = { title: 'Image', cell: renderName };
const USERS: Column = { title: 'Used by', cell: ({ users }) => escapeMarkdown(users) };
const PUBLISHED: Column = { title: 'Published', cell: ({ published }) => escapeMarkdown(published) };
const SINCE: Column = { title: 'Since', cell: ({ since }) => escapeMarkdown(since.replace(/^since /, '')) };

function says(title: string): Column {
  return { title, cell: ({ what }) => escapeSentence(what) };
}

/** What is not a table is a list. */
const COLUMNS: Readonly<Record<SectionKey, readonly Column[] | null>> = {
  interrupted: null,
  attention: [IMAGE, says('Problem'), SINCE],
  news: [IMAGE, says('Available'), PUBLISHED, USERS],
  pending: [IMAGE, says('Available'), SINCE, USERS],
  done: null,
  held: null,
  bases: null,
  rebuilds: null,
  stores: null,
};

const FOLDED: ReadonlySet<SectionKey> = new Set(['done', 'held', 'stores']);

function renderSection(section: Section): string {
  const { key, title, intro, count, command } = section;
  const rows = section.rows(MOST_ROWS);
  const columns = COLUMNS[key]?.filter(({ cell }) => rows.some((row) => cell(row) !== '')) ?? null;
  const lines = takeLines(rows.map((row, at) => (columns === null ? renderItem(row, key, at) : renderRow(row, columns))));
  const left = count - lines.length;
  const parts = [
    ...(intro === null ? [] : [`${escapeMarkdown(intro)}.`]),
    [...(columns === null ? [] : renderTableHead(columns)), ...lines].join('\n'),
    ...(left === 0 ? [] : [`and ${left} more${command === null ? '' : `: ${renderCode(command)}`}`]),
  ];
  const body = parts.join('\n\n');
  const heading = escapeMarkdown(title);
  return FOLDED.has(key) ? `<details><summary>${heading} (${count})</summary>\n\n${body}\n\n</details>` : `## ${heading}\n\n${body}`;
}

/** As many as there is room for; a line that is too long ends it, so that nothing is missing in between. */
function takeLines(lines: readonly string[]): readonly string[] {
  let room = MOST_BYTES;
  const end = lines.findIndex((line) => (room -= Buffer.byteLength(line) + 1) < 0);
  return end < 0 ? lines : lines.slice(0, end);
}

function renderTableHead(columns: readonly Column[]): readonly string[] {
  return [`| ${columns.map(({ title }) => title).join(' | ')} |`, `| ${columns.map(() => '---').join(' | ')} |`];
}

function renderRow(row: Row, columns: readonly Column[]): string {
  return `| ${columns.map(({ cell }) => cell(row)).join(' | ')} |`;
}

function renderItem(row: Row, key: SectionKey, at: number): string {
  const name = renderName(row);
  const what = escapeSentence(row.what);
  const users = row.users === '' ? '' : ` (used by ${escapeMarkdown(row.users)})`;
  return `${key === 'rebuilds' ? `${at + 1}.` : '-'} ${name === '' ? escapeStart(what) : `${name}: ${what}`}${users}`;
}

function renderName({ names, where }: Row): string {
  return `${names.map(renderCode).join(', ')}${escapeMarkdown(where)}`;
}

function renderCommands(groups: readonly CommandGroup[]): string {
  return [`## ${SECTION_TITLES.commands}`, ...groups.map(renderGroup)].join('\n\n');
}

function renderGroup({ title, lines, isShell, left }: CommandGroup): string {
  const fence = fenceFor(lines);
  const more = left === 0 ? '' : `\n\nand ${left} more`;
  return `${escapeMarkdown(title)}:\n\n${fence}${isShell ? 'sh' : 'text'}\n${lines.join('\n')}\n${fence}${more}`;
}

/** Longer than all that is within could end. Source: GitHub Flavored Markdown, section 4.5. */
function fenceFor(lines: readonly string[]): string {
  const longest = lines.flatMap((line) => line.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 0);
  return '`'.repeat(Math.max(3, longest + 1));
}
