/** One line of the bench: what was measured, what came of it, what was expected, and whether that holds; null where nothing is expected. */
export type Row = { readonly what: string; readonly result: string; readonly bound: string; readonly holds: boolean | null };

/** A measurement that is held against a bound. */
export function bounded(what: string, result: string, expected: { readonly bound: string; readonly holds: boolean }): Row {
  return { what, result, ...expected };
}

/** A measurement that stands for itself. */
export function told(what: string, result: string): Row {
  return { what, result, bound: '', holds: null };
}

/** The rows as lines of text, in columns. */
export function renderRows(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  return rows
    .map(({ what, result, bound, holds }) => {
      const mark = holds === null ? '    ' : holds ? 'ok  ' : 'MISS';
      return `${mark} ${what.padEnd(width)}  ${result}${bound === '' ? '' : `  [${bound}]`}\n`;
    })
    .join('');
}

/** `49 ms` */
export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** `123 ms = 2.46 x bare node (50 ms)` */
export function ratioToNode(value: number, bare: number): string {
  return `${ms(value)} = ${(value / bare).toFixed(2)} x bare node (${ms(bare)})`;
}
