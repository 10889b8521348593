import type { TrendPoint } from '../../core/report/report.ts';
import { plural } from '../facts.ts';
import { type Html, html } from '../html/escape.ts';
import { renderDay } from './words.ts';

/** In units of the drawing, which are pixels where there is room. */
const LEFT = 40;
const TOP = 8;
const HEIGHT = 132;
const BELOW = 22;
const BARS = 220;
const WIDEST_SLOT = 42;
const LABELS = 68;
const LINE = 15;
const LETTER = 7;
const GAP = 4;

/**
 * Draws the shares of fresh, unknown and stale images as one column for each report, the oldest first and all as far from each other.
 *
 * Fresh ones stand at the bottom and stale ones hang from the top; unknown ones are left open between them, and all are named beside the last column.
 * `points`: at least one, with images. `now`: milliseconds since the epoch. Source: WCAG 2.2, 1.1.1 (text alternatives) and 1.4.1 (use of colour).
 */
export function drawTrend(points: readonly TrendPoint[], now: number): Html {
  const slot = Math.min(WIDEST_SLOT, BARS / points.length);
  const right = LEFT + slot * points.length;
  const [width, height] = [round(right + LABELS), TOP + HEIGHT + BELOW];
  return html`<svg
    class="trend"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-labelledby="trend-title trend-words"
  >
    <title id="trend-title">Share of images that are fresh, unknown and stale</title>
    <desc id="trend-words">${describeTrend(points, now)}</desc>
    ${[100, 50, 0].map((percent) => drawLine(percent, right))}
    ${points.map((point, at) => drawColumn(point, LEFT + slot * at, { slot, now }))} ${drawDates(points, slot, now)}
    ${drawLabels(points.at(-1), right)}
  </svg>`;
}

/** `9 of 12 images fresh on 19 Oct, 4 of 14 on 16 Nov` */
function describeTrend(points: readonly TrendPoint[], now: number): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return '';
  const ends = `${first.fresh} of ${plural(first.images, 'image')} fresh on ${renderDay(first.at, now)}, ${last.fresh} of ${last.images}`;
  return `${plural(points.length, 'report')}: ${ends} on ${renderDay(last.at, now)}`;
}

function drawLine(percent: number, right: number): Html {
  const y = heightOf(percent / 100);
  return html`<line class="trend-line" x1="${LEFT}" x2="${round(right)}" y1="${y}" y2="${y}" />
    <text class="trend-text" x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${percent}${percent === 100 ? '%' : null}</text> `;
}

function drawColumn(point: TrendPoint, x: number, { slot, now }: { readonly slot: number; readonly now: number }): Html {
  const { fresh, unknown, stale } = point;
  const [left, width] = [round(x + slot * 0.12), round(slot * 0.76)];
  const parts = sharesOf(point).filter(({ from, to }) => to > from);
  return html`<g>
    <title>${renderDay(point.at, now)}: ${fresh} fresh, ${unknown} unknown, ${stale} stale</title>
    ${parts.map(({ state, from, to }) => {
      const inset = state === 'unknown' ? 0.75 : 0;
      const top = heightOf(to) + (to === 1 ? 0 : 0.75) + inset;
      const bottom = heightOf(from) - (from === 0 ? 0 : 0.75) - inset;
      const size = round(Math.max(0.5, bottom - top));
      return html`<rect
        class="trend-${state}"
        x="${round(left + inset)}"
        y="${round(top)}"
        width="${round(width - 2 * inset)}"
        height="${size}"
      /> `;
    })}
  </g> `;
}

type Share = { readonly state: 'fresh' | 'unknown' | 'stale'; readonly from: number; readonly to: number };

/** From the bottom to the top; parts of one. */
function sharesOf({ fresh, unknown, stale }: TrendPoint): readonly Share[] {
  const all = Math.max(1, fresh + unknown + stale);
  return [
    { state: 'fresh', from: 0, to: fresh / all },
    { state: 'unknown', from: fresh / all, to: (fresh + unknown) / all },
    { state: 'stale', from: (fresh + unknown) / all, to: 1 },
  ];
}

/** The last column has its date, and those before it as far as there is room; a day of another year is longer. */
function drawDates(points: readonly TrendPoint[], slot: number, now: number): readonly Html[] {
  const days = points.map(({ at }) => renderDay(at, now));
  const every = Math.ceil((Math.max(...days.map((day) => day.length)) * LETTER + GAP) / slot);
  return days.flatMap((day, at) => ((days.length - 1 - at) % every === 0 ? [drawDate(day, LEFT + slot * (at + 0.5))] : []));
}

function drawDate(day: string, x: number): Html {
  return html`<text class="trend-text" x="${round(x)}" y="${TOP + HEIGHT + 16}" text-anchor="middle">${day}</text> `;
}

/** What each part of the last column is, beside it; moved apart where parts are low. */
function drawLabels(last: TrendPoint | undefined, right: number): readonly Html[] {
  if (last === undefined) return [];
  const parts = sharesOf(last).filter(({ from, to }) => to > from);
  const heights = spread(parts.map(({ from, to }) => heightOf((from + to) / 2)));
  return parts.map(
    ({ state }, at) => html`<text class="trend-name" x="${round(right + 6)}" y="${round((heights[at] ?? 0) + 4)}">${state}</text> `,
  );
}

/** `heights`: from the lowest place, which is the greatest number, to the highest. */
function spread(heights: readonly number[]): readonly number[] {
  const lifted: number[] = [];
  for (const height of heights) lifted.push(Math.min(height, (lifted.at(-1) ?? Number.POSITIVE_INFINITY) - LINE, TOP + HEIGHT - 4));
  const over = Math.max(0, TOP + 4 - (lifted.at(-1) ?? TOP + 4));
  const lowered: number[] = [];
  for (const [at, height] of [...lifted.entries()].reverse()) {
    const above = lowered.at(-1);
    lowered.push(above === undefined ? height + over : Math.max(lifted[at] ?? height, above + LINE));
  }
  return lowered.reverse();
}

function heightOf(share: number): number {
  return TOP + HEIGHT * (1 - share);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
