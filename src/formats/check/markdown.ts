import type { RegistryUse } from '../../check/ports.ts';
import type { Finding, Outcome } from '../../check/finding.ts';
import { sanitizeText } from '../../core/text.ts';
import { plural } from '../facts.ts';
import { escapeMarkdown, escapeSentence, renderCode } from '../markdown/escape.ts';
import { describeState, describeSubject, renderFailOn } from './counts.ts';
import { describeHeadline } from './headline.ts';
import { adviceOf, subjectOf, renderPlace, restOf, sortFindings, withinOf } from './words.ts';

/** `maxBytes`: of UTF-8. */
export type MarkdownOptions = { readonly maxBytes: number };

/** GitHub drops a step summary of more than 1 MiB altogether. Source: GitHub Docs, "Workflow commands", step isolation and limits. */
const MOST_BYTES = 900_000;

/** A table under a heading, or folded away under a title. */
type Section = { readonly title: string; readonly isFolded: boolean; readonly findings: readonly Finding[] };

/**
 * Renders what came of a check for the summary of a step in GitHub Actions: what fails first, what is held folded away.
 *
 * No more than `maxBytes` of UTF-8: then whole rows are left out, from the end, and each table says how many.
 */
export function renderMarkdown(outcome: Outcome, { maxBytes }: MarkdownOptions = { maxBytes: MOST_BYTES }): string {
  const head = `## imgupdate: ${escapeMarkdown(describeHeadline(outcome).sentence)}\n\n${escapeMarkdown(describeSubject(outcome))}: ${escapeMarkdown(describeState(outcome))}${describeFailOn(outcome)}\n`;
  const foot = renderRegistries(outcome.report.registries);
  const { failing, warnings, unchecked, held } = sortFindings(outcome.findings);
  const sections: readonly Section[] = [
    { title: 'Fails the check', isFolded: false, findings: failing },
    { title: 'Not checked', isFolded: false, findings: unchecked },
    { title: 'Should be known', isFolded: false, findings: warnings },
    { title: 'Held', isFolded: true, findings: held },
  ];
  const shown = sections.filter(({ findings }) => findings.length > 0);
  const room = maxBytes - sizeOf(head) - sizeOf(foot);
  const tables = renderTables(shown, { room, isCut: false }) ?? renderTables(shown, { room, isCut: true });
  if (tables !== null) return `${head}${tables}${foot}`;
  return sizeOf(head) <= maxBytes ? head : '';
}

/** The tables in their order, within so many bytes; null where they do not fit, whole or, if they may be cut, without any row. */
function renderTables(sections: readonly Section[], { room, isCut }: { readonly room: number; readonly isCut: boolean }): string | null {
  // What stands around the rows is small and kept in any case; the rows share what is left.
  let left =
    room - sections.reduce((sum, section) => sum + sizeOf(open(section)) + sizeOf(close(section, isCut ? section.findings.length : 0)), 0);
  if (left < 0) return null;
  const tables: string[] = [];
  for (const section of sections) {
    const { rows, bytes } = takeRows(section.findings, left);
    if (!isCut && rows.length < section.findings.length) return null;
    left -= bytes;
    tables.push(open(section), ...rows, close(section, section.findings.length - rows.length));
  }
  return tables.join('');
}

/** Only where something is said to fail. */
function describeFailOn({ result, failOn }: Outcome): string {
  return result === 'stale' ? `. Fails on: ${renderFailOn(failOn)}` : '';
}

/** As many rows as there is room for; a row that is too long ends it, so that nothing is missing in between. */
function takeRows(findings: readonly Finding[], room: number): { readonly rows: readonly string[]; readonly bytes: number } {
  const rows: string[] = [];
  let bytes = 0;
  for (const finding of findings) {
    const row = renderRow(finding);
    const size = sizeOf(row);
    if (bytes + size > room) break;
    bytes += size;
    rows.push(row);
  }
  return { rows, bytes };
}

function open({ title, isFolded, findings }: Section): string {
  const heading = `${title} (${findings.length})`;
  const top = isFolded ? `<details>\n<summary>${heading}</summary>` : `### ${heading}`;
  return `\n${top}\n\n| Image | Where | What | What to do |\n| --- | --- | --- | --- |\n`;
}

function close({ isFolded }: Section, left: number): string {
  const rest = left === 0 ? '' : `\n${plural(left, 'more row')} left out: this summary would be too long.\n`;
  return `${isFolded ? '\n</details>\n' : ''}${rest}`;
}

function renderRow(finding: Finding): string {
  const advice = adviceOf(finding);
  const cells = [
    renderCode(subjectOf(finding)),
    renderWhere(finding),
    `${escapeMarkdown(restOf(finding))} ${renderCode(finding.rule)}`,
    advice === null ? '' : escapeSentence(advice),
  ];
  return `| ${cells.join(' | ')} |\n`;
}

/** Its line in a file and what names it there; what it is carried in. */
function renderWhere(finding: Finding): string {
  const [place, within] = [renderPlace(finding), withinOf(finding)];
  if (place === null) return within === null ? '' : renderCode(within);
  return `${renderCode(place)}${within === null ? '' : `, ${escapeMarkdown(within)}`}`;
}

const MOST_REGISTRIES = 20;

/** What the check has cost: `ghcr.io: 12 requests`, `docker.io: 9 requests, 1 of them counted, 87 of 100 left`. */
function renderRegistries(registries: readonly RegistryUse[]): string {
  if (registries.length === 0) return '';
  const uses = registries.slice(0, MOST_REGISTRIES).map(({ registry, requests, counted, limit, remaining }) => {
    const cost = counted === 0 ? '' : `, ${counted} of them counted`;
    const quota = remaining === null ? '' : `, ${remaining}${limit === null ? '' : ` of ${limit}`} left`;
    return `${renderCode(sanitizeText(registry, 300))}: ${plural(requests, 'request')}${cost}${quota}`;
  });
  const more = registries.length > uses.length ? `; and ${plural(registries.length - uses.length, 'other')}` : '';
  return `\nAsked: ${uses.join('; ')}${more}\n`;
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}
