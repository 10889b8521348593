const UNITS: ReadonlyMap<string, number> = new Map([
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]);

const LONGEST = 100;

/** Reads `90s`, `1h30m`, `7d`, `0`: milliseconds, or null. A bare number other than 0 has no unit, so it is refused. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  if (text.length > LONGEST || !/^(?:\d{1,9}(?:ms|[smhdw]))+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)(ms|[smhdw])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS.get(unit ?? '') ?? 0), 0);
}

/** Renders milliseconds so that `parseDuration` reads them back: `5400000` is `1h30m`. */
export function renderDuration(milliseconds: number): string {
  let rest = Math.max(0, Math.round(milliseconds));
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0' : text;
}
