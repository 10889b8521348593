const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/**
 * Renders a number of bytes in decimal units, with one decimal below 100: `512 B`, `10.2 kB`, `71.3 MB`, `428 MB`.
 *
 * Source: apt, SizeToStr(); the units are docker's (go-units, HumanSize).
 */
export function renderSize(bytes: number): string {
  let value = bytes;
  let text = String(Math.round(bytes));
  let unit: (typeof UNITS)[number] = 'B';
  for (const next of UNITS.slice(1)) {
    if (Number(text) < 1000) break;
    value /= 1000;
    text = value < 99.95 ? value.toFixed(1) : value.toFixed(0);
    unit = next;
  }
  return `${text} ${unit}`;
}

/** The same without the blank, for cells that scripts split at blanks: `71.3MB`. */
export function renderCompactSize(bytes: number): string {
  return renderSize(bytes).replace(' ', '');
}
