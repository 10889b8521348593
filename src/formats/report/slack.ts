import type { Report } from '../../core/report/report.ts';
import { stringify } from '../stringify.ts';
import { type CommandGroup, listCommands } from './commands.ts';
import { listFooter } from './footer.ts';
import type { ReportAbout } from './index.ts';
import { describeAbout, listSections, type Row, type Section } from './sections.ts';
import { escapeSlack, renderSlackCode, renderSlackSentence } from './slack-escape.ts';
import {
  describeAttention,
  describeHeadline,
  describeInSubject,
  describeTitle,
  hasOldContainers,
  OLD_CONTAINERS,
  SECTION_TITLES,
} from './words.ts';

/** Rows of a section: the others are for those who look closer. */
const MOST_ROWS = 12;

/** Characters of a header, and of the text of a section. Source: Slack API, Block Kit reference, header and section. */
const LONGEST_HEADER = 150;
const LONGEST_TEXT = 3000;

/**
 * Characters of all blocks. Messages of some 13,000 and more are refused with `msg_blocks_too_long`, which no document of Slack tells.
 * Source: slackapi/bolt-js, issue 2509.
 */
const LONGEST_BLOCKS = 10_000;

type Block =
  | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string; readonly emoji: false } }
  | { readonly type: 'section'; readonly text: Markup }
  | { readonly type: 'context'; readonly elements: readonly Markup[] };

/** `verbatim`: no address and no name in it becomes a link. */
type Markup = { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true };

/**
 * Renders a report as what an incoming webhook of Slack takes: `imgupdate report --format slack | curl -d @- URL`.
 *
 * What there is no room for is counted. `text` is what a notification shows, and what is shown where blocks are not known.
 */
export function renderReportSlack(report: Report, { version }: ReportAbout): string {
  return `${stringify({ text: escapeSlack(describeInSubject(report), LONGEST_TEXT), blocks: renderBlocks(report, version) })}\n`;
}

function renderBlocks(report: Report, version: string): readonly Block[] {
  const head: readonly Block[] = [
    { type: 'header', text: { type: 'plain_text', text: escapeSlack(describeTitle(report), LONGEST_HEADER), emoji: false } },
    toSection(renderHead(report)),
  ];
  const foot = renderFooter(report, version);
  const { blocks, left } = takeBlocks(report, LONGEST_BLOCKS - MARGIN - sizeOf([...head, foot]));
  return [
    ...head,
    ...blocks,
    ...(left === 0 ? [] : [toSection(`and ${left} more, for which there is no room: \`imgupdate report\``)]),
    foot,
  ];
}

/** What stands around the text of a block, and what is said of what is left out. */
const MARGIN = 250;

/** The sections in their order, then what to type, as far as there is room; `left`: how many are not among them. */
function takeBlocks(report: Report, most: number): { readonly blocks: readonly Block[]; readonly left: number } {
  const commands = listCommands(report);
  const renderers = [
    ...listSections(report).map((section) => (room: number) => renderSection(section, room)),
    ...(commands.length === 0 ? [] : [(room: number) => renderCommands(commands, room)]),
  ];
  const blocks: Block[] = [];
  let room = most;
  for (const render of renderers) {
    const block = toSection(render(Math.min(room, LONGEST_TEXT) - MARGIN));
    if (block.text.text === '' || sizeOf([block]) > room) break;
    room -= sizeOf([block]);
    blocks.push(block);
  }
  return { blocks, left: renderers.length - blocks.length };
}

/** Characters of the JSON. */
function sizeOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + JSON.stringify(block).length + 1, 0);
}

function toMarkup(text: string): Markup {
  return { type: 'mrkdwn', text, verbatim: true };
}

function toSection(text: string): Extract<Block, { type: 'section' }> {
  return { type: 'section', text: toMarkup(text) };
}

/** What needs attention stands below it. */
const LONGEST_HEADLINE = 2000;

function renderHead(report: Report): string {
  const headline = renderSlackSentence(`${describeHeadline(report)}.`, LONGEST_HEADLINE);
  const attention = describeAttention(report);
  const lines = [headline.startsWith('`') ? headline : `*${headline}*`, ...(attention === null ? [] : [`${attention}.`])];
  return lines.join('\n');
}

/** Its title and as many rows as there is room for. */
function renderSection({ key, title, intro, count, rows, command }: Section, room: number): string {
  const head = [`*${escapeSlack(title)}*`, ...(intro === null ? [] : [`${escapeSlack(intro)}.`])];
  const lines = rows(MOST_ROWS).map((row, at) => renderRow(row, key === 'rebuilds' ? `${at + 1}.` : '•'));
  const shown = takeLines(lines, room - lengthOf(head));
  const left = count - shown.length;
  const rest = left === 0 ? [] : [`and ${left} more${command === null ? '' : `: ${renderSlackCode(command)}`}`];
  return [...head, ...shown, ...rest].join('\n');
}

function renderRow(row: Row, bullet: string): string {
  const { names, where, what } = row;
  const name = `${names.map(renderSlackCode).join(', ')}${where === '' ? '' : ` ${renderSlackSentence(where.trim())}`}`;
  const about = describeAbout(row);
  return `${bullet} ${name === '' ? '' : `${name}: `}${renderSlackSentence(what)}${about === '' ? '' : ` – ${renderSlackSentence(about)}`}`;
}

/** As many as there is room for, from the first. */
function takeLines(lines: readonly string[], room: number): readonly string[] {
  let left = room;
  const end = lines.findIndex((line) => (left -= lengthOf([line])) < 0);
  return end < 0 ? lines : lines.slice(0, end);
}

/** With their ends of line, as JSON. */
function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + JSON.stringify(line).length, 0);
}

/** '' where there is no room for any. */
function renderCommands(groups: readonly CommandGroup[], room: number): string {
  const head = `*${SECTION_TITLES.commands}*`;
  const shown = takeLines(groups.map(renderGroup), room - head.length);
  return shown.length === 0 ? '' : [head, ...shown].join('\n');
}

function renderGroup({ title, lines, left }: CommandGroup): string {
  const code = lines.map((line) => escapeSlack(line).replaceAll('`', "'")).join('\n');
  return `${escapeSlack(title)}:\n\`\`\`${code}\`\`\`${left === 0 ? '' : `\nand ${left} more`}`;
}

function renderFooter(report: Report, version: string): Block {
  const star = hasOldContainers(report, MOST_ROWS) ? [toMarkup(OLD_CONTAINERS.replace('*', '`*`'))] : [];
  const text = listFooter(report, version).join('; ');
  return { type: 'context', elements: [...star, toMarkup(renderSlackSentence(text, LONGEST_FOOTER))] };
}

const LONGEST_FOOTER = 1000;
