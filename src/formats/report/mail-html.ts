import type { Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { type Html, html, joinHtml, trustedHtml } from '../html/escape.ts';
import { type CommandGroup, listCommands } from './commands.ts';
import { listFooter } from './footer.ts';
import { quotePrintable } from './mail-text.ts';
import { describeAbout, listSections, type Row, type Section, type SectionKey } from './sections.ts';
import { describeAttention, describeHeadline, describeTitle, hasOldContainers, OLD_CONTAINERS, SECTION_TITLES } from './words.ts';

/** Of a headline and of what a reader of mail shows beside the subject, in UTF-16 code units. */
const LONGEST_HEADLINE = 360;
const LONGEST_PREHEADER = 140;

/** Of the footer, as encoded. */
const MOST_FOOTER = 5_000;

/** More rows than these nobody reads in a mail. */
const MOST_ROWS = 60;

/** How much of the room each section may take; what one does not need, no other gets. */
const WEIGHTS: Readonly<Record<SectionKey | 'commands', number>> = {
  interrupted: 3,
  attention: 9,
  news: 16,
  pending: 10,
  done: 6,
  held: 5,
  bases: 4,
  rebuilds: 5,
  stores: 4,
  commands: 8,
};

/**
 * Renders a report for a reader of mail: tables, styles on each element, nothing that would be fetched, no picture, one column of at most 600 pixels.
 *
 * Every colour of text stands with that of its background, so that a reader with a dark scheme changes both or none. `room`: of the whole, in bytes of
 * quoted-printable; what there is no room for is counted.
 */
export function renderMailHtml(report: Report, version: string, room: number): string {
  const frame = renderFrame(report, version, []);
  const sections = listSections(report);
  const commands = listCommands(report);
  const keys = [...sections.map(({ key }) => key), ...(commands.length === 0 ? [] : (['commands'] as const))];
  const share = (room - sizeOf(frame)) / keys.reduce((sum, key) => sum + WEIGHTS[key], 0);
  const parts = [
    ...sections.map((section) => renderSection(section, share * WEIGHTS[section.key])),
    ...(commands.length === 0 ? [] : [renderCommands(commands, share * WEIGHTS.commands)]),
  ];
  return renderFrame(report, version, parts).html;
}

/** How many bytes it takes in the mail, with the end of its line. */
function sizeOf({ html: text }: Html): number {
  return quotePrintable(text).length + 1;
}

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
const MONO = "font-family:Menlo,Consolas,'DejaVu Sans Mono',monospace;";
const STYLES = {
  body: 'margin:0;padding:0;background-color:#f0f2f5;',
  preheader: 'display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all;',
  outer: 'background-color:#f0f2f5;',
  card: 'width:100%;max-width:600px;background-color:#ffffff;',
  inside: `padding:20px 16px 24px;${FONT}font-size:15px;line-height:22px;color:#1b1f26;background-color:#ffffff;text-align:left;`,
  h1: 'margin:0 0 8px;font-size:20px;line-height:26px;font-weight:bold;color:#1b1f26;',
  h2: 'margin:24px 0 4px;font-size:16px;line-height:22px;font-weight:bold;color:#1b1f26;',
  p: 'margin:8px 0 6px;',
  alert: 'margin:8px 0;padding:8px 10px;background-color:#fdecea;color:#8c1d18;font-weight:bold;',
  cell: 'padding:7px 0;border-top:1px solid #d5d9e0;',
  name: `${MONO}font-size:14px;font-weight:bold;word-break:break-word;overflow-wrap:anywhere;`,
  what: 'word-break:break-word;overflow-wrap:anywhere;',
  faint: 'font-size:13px;line-height:19px;color:#565e6c;word-break:break-word;overflow-wrap:anywhere;',
  code: `margin:2px 0;padding:5px 8px;${MONO}font-size:13px;line-height:19px;color:#1b1f26;background-color:#f0f2f5;word-break:break-word;overflow-wrap:anywhere;`,
} as const;

type Style = keyof typeof STYLES;

/** An attribute of an element; its text is one of those above. */
function style(name: Style): Html {
  return trustedHtml(`style="${STYLES[name]}"`);
}

const TABLE = trustedHtml('role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"');

/** For Outlook, which renders with Word and knows no greatest width. */
const WORD_START = trustedHtml('<!--[if mso]><table role="presentation" width="600" align="center"><tr><td><![endif]-->');
const WORD_END = trustedHtml('<!--[if mso]></td></tr></table><![endif]-->');

function renderFrame(report: Report, version: string, parts: readonly Html[]): Html {
  const title = describeTitle(report);
  const attention = describeAttention(report);
  const card = joinLines([
    html`<h1 ${style('h1')}>${title}</h1>`,
    html`<p ${style('p')}>${cut(describeHeadline(report))}.</p>`,
    ...(attention === null ? [] : [html`<p ${style('alert')}>Needs attention: ${cut(attention)}.</p>`]),
    ...renderBar(report),
    ...parts,
    ...renderFooter([...(hasOldContainers(report, MOST_ROWS) ? [OLD_CONTAINERS] : []), ...listFooter(report, version)]),
  ]);
  const inner = html`<table ${TABLE} bgcolor="#ffffff" ${style('card')}>
    <tr>
      <td ${style('inside')}>${card}</td>
    </tr>
  </table>`;
  const outer = html`<table ${TABLE} bgcolor="#f0f2f5" ${style('outer')}>
    <tr>
      <td align="center">${WORD_START}${inner}${WORD_END}</td>
    </tr>
  </table>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
      </head>
      <body ${style('body')}>
        <div ${style('preheader')}>${describePreheader(report)}</div>
        ${outer}
      </body>
    </html>`;
}

function joinLines(pieces: readonly Html[]): Html {
  return joinHtml(pieces.map((piece) => html`${piece}${'\n'}`));
}

function cut(text: string): string {
  return sanitizeText(text, LONGEST_HEADLINE);
}

/** What a list of mails shows after the subject, which counts: what is new by name. */
function describePreheader(report: Report): string {
  const news = listSections(report).find(({ key }) => key === 'news');
  const rows = news?.rows(3).map(({ names, what }) => `${names.join(', ')}: ${what}`) ?? [];
  return sanitizeText(rows.length === 0 ? describeHeadline(report) : rows.join('; '), LONGEST_PREHEADER);
}

/** Words beside a bar of cells, which says nothing alone. */
function renderBar({ counts: { images, fresh, stale, unknown } }: Report): readonly Html[] {
  const parts = [
    { count: stale, word: 'stale', colour: '#b3261e' },
    { count: unknown, word: 'unknown', colour: '#8a8f99' },
    { count: fresh, word: 'fresh', colour: '#17692f' },
  ].filter(({ count }) => count > 0);
  const all = parts.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return [];
  const cells = parts.map(
    ({ count, colour }) =>
      html`<td
        width="${`${Math.max(1, Math.floor((count * 100) / all))}%`}"
        height="8"
        bgcolor="${colour}"
        ${trustedHtml('style="height:8px;line-height:8px;font-size:1px;"')}
      >
        &nbsp;
      </td>`,
  );
  return [
    html`<table ${TABLE} ${trustedHtml('style="margin:10px 0 4px;"')}>
      <tr>
        ${cells}
      </tr>
    </table>`,
    html`<p ${style('faint')}>Of ${images} images ${parts.map(({ count, word }) => `${count} ${word}`).join(', ')}</p>`,
  ];
}

function renderSection({ key, title, intro, count, rows, command }: Section, room: number): Html {
  const head = [html`<h2 ${style('h2')}>${title}</h2>`, ...(intro === null ? [] : [html`<p ${style('p')}>${intro}.</p>`])];
  const render = (row: Row, at: number): Html => renderRow(row, key === 'rebuilds' ? `${at + 1}. ` : '');
  const shown = fill(rows(MOST_ROWS).map(render), room - sizeOf(joinLines(head)) - ROOM_FOR_REST);
  const left = count - shown.length;
  const rest =
    left === 0 ? [] : [html`<p ${style('faint')}>and ${left} more${command === null ? null : html`: <code>${command}</code>`}</p>`];
  return joinLines([
    ...head,
    html`<table ${TABLE}>
      ${joinLines(shown)}
    </table>`,
    ...rest,
  ]);
}

/** The ends of a table and what counts the rest. */
const ROOM_FOR_REST = 450;

/** The first ones, as far as there is room. */
function fill(pieces: readonly Html[], room: number): readonly Html[] {
  let left = room;
  const end = pieces.findIndex((piece) => {
    left -= sizeOf(piece);
    return left < 0;
  });
  return end === -1 ? pieces : pieces.slice(0, end);
}

function renderRow(row: Row, number: string): Html {
  const { names, where, what } = row;
  const name = `${number}${names.join(', ')}${where}`;
  const about = describeAbout(row);
  const cell = joinHtml([
    ...(name === '' ? [] : [html`<div ${style('name')}>${name}</div>`]),
    html`<div ${style('what')}>${what}</div>`,
    ...(about === '' ? [] : [html`<div ${style('faint')}>${about}</div>`]),
  ]);
  return html`<tr>
    <td ${style('cell')}>${cell}</td>
  </tr>`;
}

function renderCommands(groups: readonly CommandGroup[], room: number): Html {
  const head = html`<h2 ${style('h2')}>${SECTION_TITLES.commands}</h2>`;
  const share = (room - sizeOf(head)) / groups.length;
  return joinLines([head, ...groups.map((group) => renderGroup(group, share))]);
}

function renderGroup({ title, lines, isShell, left }: CommandGroup, room: number): Html {
  const head = html`<p ${style('p')}>${title}:</p>`;
  const pieces = lines.map((line) => html`<div ${style(isShell ? 'code' : 'what')}>${line}</div>`);
  const shown = fill(pieces, room - sizeOf(head) - ROOM_FOR_REST);
  const rest = left + lines.length - shown.length;
  return joinLines([head, ...shown, ...(rest === 0 ? [] : [html`<p ${style('faint')}>and ${rest} more</p>`])]);
}

function renderFooter(lines: readonly string[]): readonly Html[] {
  const pieces = lines.map((line) => html`${cut(line)}<br />`);
  const shown = fill(pieces, MOST_FOOTER);
  return [
    html`<hr ${trustedHtml('style="margin:24px 0 10px;border:0;border-top:1px solid #d5d9e0;"')} />`,
    html`<p ${style('faint')}>${shown}</p>`,
  ];
}
