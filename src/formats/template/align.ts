import { widthOf } from '../width.ts';

const LEAST_WIDTH = 10;
const PADDING = 3;

/**
 * Aligns cells that end with a TAB: each column of adjoining lines is as wide as its widest cell and 3 blanks, and 10 at least.
 *
 * Source: Go text/tabwriter with the settings of docker/cli, formatter.go. Blanks at the end of a line are left out.
 */
export function alignTabs(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t').map((cell) => ({ text: cell, width: widthOf(cell) })));
  const widths = lines.map((): number[] => []);
  const columns = lines.reduce((most, line) => Math.max(most, line.length - 1), 0);
  for (let column = 0; column < columns; column += 1) {
    let start = 0;
    for (let at = 0; at <= lines.length; at += 1) {
      if (column < (lines[at]?.length ?? 0) - 1) continue;
      const block = lines.slice(start, at);
      const width = block.reduce((widest, line) => Math.max(widest, (line[column]?.width ?? 0) + PADDING), LEAST_WIDTH);
      for (let line = start; line < at; line += 1) widths[line]?.push(width);
      start = at + 1;
    }
  }
  return lines
    .map((line, at) =>
      line
        .map((cell, column) => cell.text + ' '.repeat(column < line.length - 1 ? Math.max(0, (widths[at]?.[column] ?? 0) - cell.width) : 0))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}
