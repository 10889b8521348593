/**
 * Cuts a time to whole seconds of UTC, as engines tell when an image was made: `2026-11-20T10:00:00.5+01:00` is `2026-11-20T09:00:00Z`.
 *
 * @returns null for what is no time, and for Go's zero time, which stands for none.
 */
export function wholeSeconds(text: string): string | null {
  const time = Date.parse(text);
  return Number.isNaN(time) || text.startsWith('0001-') ? null : renderSeconds(time);
}

/** `milliseconds` since the epoch, as `2026-11-20T13:34:17Z`. */
export function renderSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
