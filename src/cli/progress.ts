import type { Progress } from '../check/check-tags.ts';
import type { Output } from './context.ts';

/** One line on a terminal's stderr that says how far the work is. */
export type ProgressLine = { readonly show: (progress: Progress) => void; readonly end: () => void };

const DELAY_MS = 150;
const REDRAW_MS = 80;

/** Draws nothing before 150 ms, nothing where nobody watches, and leaves no trace when it ends. */
export function createProgressLine(output: Output, enabled: boolean): ProgressLine {
  if (!enabled) return { show: () => undefined, end: () => undefined };
  let latest: Progress | null = null;
  let drawn = false;
  const draw = (): void => {
    if (latest === null) return;
    const { done, total, subject } = latest;
    const text = total === 0 ? `Reading ${subject} ...` : `Checking ${done}/${total} ${subject} ...`;
    output.write(`\r\u001b[K${text.slice(0, Math.max((output.columns ?? 80) - 1, 1))}`);
    drawn = true;
  };
  let redraw: NodeJS.Timeout | null = null;
  const start = setTimeout(() => {
    draw();
    redraw = setInterval(draw, REDRAW_MS);
  }, DELAY_MS);
  return {
    show: (progress) => {
      latest = progress;
    },
    end: () => {
      clearTimeout(start);
      if (redraw !== null) clearInterval(redraw);
      if (drawn) output.write('\r\u001b[K');
      drawn = false;
      latest = null;
    },
  };
}
