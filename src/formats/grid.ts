import type { Brush } from './paint.ts';
import { charactersOf, widthOf } from './width.ts';

/** One column. `floors`: the widths it may be cut to, one after the other, the less room there is; the last counts from there on. */
export type GridColumn = {
  readonly title: string;
  /** `start` keeps the beginning and nothing else: for digests, whose prefixes are digests to a reader. */
  readonly keep: 'all' | 'start' | 'both-ends' | 'start-and-mark';
  readonly floors: readonly [number, ...number[]];
  /** Its cells have blanks, never two beside each other: a line splits there into more than its cells, at two blanks into its cells. */
  readonly hasBlanks?: boolean;
};

export type GridCell = { readonly text: string; readonly brush: Brush };

export type GridOptions = { readonly width: number | null; readonly titleBrush: Brush };

const GAP = 2;
const ELLIPSIS = '\u2026';

/**
 * Lays out a table without borders: left-aligned columns, two blanks between them, none at the end of a line.
 *
 * `width` null, as for a pipe, cuts nothing. Wide and combining characters take the cells a terminal gives them.
 * An empty cell becomes `-`, and only the last column keeps its blanks and those that are to, so that a line splits at blanks into its cells.
 */
export function renderGrid(columns: readonly GridColumn[], rows: readonly (readonly GridCell[])[], options: GridOptions): string {
  const header = columns.map((column) => ({ text: column.title, brush: options.titleBrush }));
  const lines = [header, ...rows].map((row, at) =>
    row.map((cell, index) => fillCell(cell, at > 0 && index < columns.length - 1 && columns[index]?.hasBlanks !== true)),
  );
  const widths = fitWidths(columns, measureColumns(columns, lines), options.width);
  return lines.map((line) => `${renderLine(line, columns, widths)}\n`).join('');
}

type MeasuredCell = GridCell & { readonly width: number };

function fillCell(cell: GridCell, mustNotSplit: boolean): MeasuredCell {
  const text = cell.text === '' ? '-' : mustNotSplit ? cell.text.replace(/\s/gu, '\uFFFD') : cell.text;
  return { text, brush: cell.brush, width: widthOf(text) };
}

function measureColumns(columns: readonly GridColumn[], lines: readonly (readonly MeasuredCell[])[]): number[] {
  return columns.map((_, index) => lines.reduce((widest, line) => Math.max(widest, line[index]?.width ?? 0), 0));
}

/** Takes from the widest column that may still be cut, until the line fits; a line that cannot fit is left to wrap. */
function fitWidths(columns: readonly GridColumn[], natural: readonly number[], width: number | null): readonly number[] {
  const widths = [...natural];
  if (width === null) return widths;
  const passes = columns.reduce((most, { floors }) => Math.max(most, floors.length), 0);
  for (let pass = 0; pass < passes; pass += 1) {
    for (;;) {
      const overflow = widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1)) - width;
      if (overflow <= 0) return widths;
      const room = columns.map((column, index) => (column.keep === 'all' ? 0 : (widths[index] ?? 0) - floorOf(column, pass)));
      const candidates = room.flatMap((left, index) => (left > 0 ? [index] : [])).sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
      const [widest, second] = candidates;
      if (widest === undefined) break;
      const lead = (widths[widest] ?? 0) - (second === undefined ? 0 : (widths[second] ?? 0));
      widths[widest] = (widths[widest] ?? 0) - Math.min(overflow, room[widest] ?? 0, Math.max(1, lead));
    }
  }
  return widths;
}

function floorOf({ floors }: GridColumn, pass: number): number {
  return floors[pass] ?? floors.at(-1) ?? floors[0];
}

function renderLine(line: readonly MeasuredCell[], columns: readonly GridColumn[], widths: readonly number[]): string {
  let text = '';
  let owed = 0;
  line.forEach((cell, index) => {
    const width = widths[index] ?? cell.width;
    const shown = cell.width > width ? cutText(cell.text, width, columns[index]?.keep ?? 'all') : cell.text;
    text += ' '.repeat(owed) + cell.brush(shown);
    owed = Math.max(0, width - (shown === cell.text ? cell.width : widthOf(shown))) + GAP;
  });
  return text;
}

function cutText(text: string, width: number, keep: GridColumn['keep']): string {
  if (keep === 'all') return text;
  const characters = charactersOf(text);
  if (keep === 'start') return takeWidth(characters, width).join('');
  if (keep === 'start-and-mark') return `${takeWidth(characters, width - 1).join('')}${ELLIPSIS}`;
  const head = takeWidth(characters, Math.floor((width - 1) / 2));
  const tail = takeWidth(characters.slice(head.length).reverse(), width - 1 - widthOf(head.join(''))).reverse();
  return `${head.join('')}${ELLIPSIS}${tail.join('')}`;
}

function takeWidth(characters: readonly string[], width: number): string[] {
  let left = width;
  const taken: string[] = [];
  for (const character of characters) {
    left -= widthOf(character);
    if (left < 0) break;
    taken.push(character);
  }
  return taken;
}
