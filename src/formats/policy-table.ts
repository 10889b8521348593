import { sanitizeText } from '../core/text.ts';
import { RULES_ABOVE } from '../core/versions/rules.ts';
import type { VersionRow } from '../core/versions/tabulate.ts';
import { LEVEL_COLOURS, renderTagName } from './newer.ts';
import { type Brush, type Paint, plainBrush } from './paint.ts';

export type VersionTableOptions = { readonly paint: Paint; readonly all: boolean };

const OLDER = 'older';

const MOST_HIGHEST = 10;
const MOST_NEXT = 10;
const MOST_OLDER = 5;
const WIDEST_TAG = 40;
const LONGEST_WHY = 300;

/**
 * Renders the rows of a version table: each newer version with its level and what becomes of it, ` *** ` before what is installed, the next ones below it, and of
 * the tags of other families how many each rule rejects. `all`: every tag with its rule.
 */
export function renderVersionTable(rows: readonly VersionRow[], { paint, all }: VersionTableOptions): string {
  const shown = placeVariant(all ? rows : chooseRows(rows));
  const width = Math.min(
    WIDEST_TAG,
    shown.reduce((widest, { tag }) => Math.max(widest, renderTagName(tag).length), 0),
  );
  const lines = shown.map((row) => renderRow(row, width, paint));
  return [...lines, ...countRest(rows, new Set(shown))].map((line) => `${line}\n`).join('');
}

/** Whether the table says of some tags only how many they are. */
export function countsTags(rows: readonly VersionRow[]): boolean {
  return chooseRows(rows).length < rows.length;
}

/** The answers, the highest versions and those next to what is installed, on either side; nobody reads the ones between. */
function chooseRows(rows: readonly VersionRow[]): readonly VersionRow[] {
  const newer = rows.filter(({ kind, rule }) => kind === 'admitted' || RULES_ABOVE.has(rule ?? ''));
  const older = rows.filter(({ rule }) => rule === OLDER);
  const wanted = new Set([...newer.slice(0, MOST_HIGHEST), ...newer.slice(-MOST_NEXT), ...older.slice(0, MOST_OLDER)]);
  return rows.filter((row) => (row.kind !== 'rejected' && row.kind !== 'admitted') || wanted.has(row));
}

/** What is newer on another variant stands above what is installed, though its rule places it below all of the family. */
function placeVariant(rows: readonly VersionRow[]): readonly VersionRow[] {
  const variants = rows.filter(({ kind }) => kind === 'variant');
  const others = rows.filter(({ kind }) => kind !== 'variant');
  const at = others.findIndex(({ kind }) => kind === 'installed');
  return at < 0 ? rows : [...others.slice(0, at), ...variants, ...others.slice(at)];
}

function renderRow(row: VersionRow, width: number, paint: Paint): string {
  const mark = row.kind === 'installed' ? ' *** ' : '     ';
  const tag = renderTagName(row.tag);
  const gap = ' '.repeat(Math.max(0, width - tag.length));
  // how far back an older version lies would read as an offer
  const level = (row.rule === OLDER ? '' : (row.level ?? '')).padEnd(LEVEL_WIDTH);
  return `${mark}${brushOf(row, paint)(tag)}${gap}  ${level}  ${describeRow(row)}`;
}

const LEVEL_WIDTH = 'patch'.length;

function describeRow({ kind, rule, why }: VersionRow): string {
  switch (kind) {
    case 'installed':
    case 'line':
    case 'newest':
    case 'admitted':
      return kind;
    case 'variant':
      return 'newer variant';
    case 'rejected':
      return `rejected by ${sanitizeText(rule ?? '', LONGEST_WHY)}: ${sanitizeText(why, LONGEST_WHY)}`;
  }
}

function brushOf({ kind, level }: VersionRow, paint: Paint): Brush {
  switch (kind) {
    case 'installed':
      return paint.bold;
    case 'line':
    case 'newest':
    case 'variant':
      return level === null ? plainBrush : paint[LEVEL_COLOURS[level]];
    case 'admitted':
      return plainBrush;
    case 'rejected':
      return paint.dim;
  }
}

/** `412 tags are rejected by pre-release`, a line for each rule in the order of the rows. */
function countRest(rows: readonly VersionRow[], shown: ReadonlySet<VersionRow>): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    if (shown.has(row)) continue;
    const what = row.kind === 'rejected' ? `rejected by ${sanitizeText(row.rule ?? '', LONGEST_WHY)}` : row.kind;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const isMore = (what: string): string =>
    [...shown].some((row) => `rejected by ${row.rule ?? ''}` === what || row.kind === what) ? 'more ' : '';
  return [...counts].map(([what, count]) => `     ${count} ${isMore(what)}${count === 1 ? 'tag is' : 'tags are'} ${what}`);
}
