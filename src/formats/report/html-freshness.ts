import type { Report, TrendPoint } from '../../core/report/report.ts';
import { type Html, html } from '../html/escape.ts';
import { drawTrend } from './html-trend.ts';
import { renderDay } from './words.ts';

/** Half a year of weeks. */
const MOST_POINTS = 26;

/** Renders how fresh the images are and were when the last reports were made: as a picture, in words, and in numbers. null where there is no image. */
export function renderFreshness({ trend, counts, generatedAt, since }: Report): Html | null {
  if (counts.images === 0) return null;
  const points = trend.slice(-MOST_POINTS).filter(({ images }) => images > 0);
  const before = since.kind === 'first' ? null : (points.at(-2) ?? null);
  return html`<section aria-labelledby="freshness" class="panel">
    <h2 id="freshness">Freshness</h2>
    <div class="freshness">
      ${points.length < 2 ? null : drawTrend(points, generatedAt)}
      <ul class="shares" role="list">
        ${STATES.map((state) => renderShare(state, { now: counts, before, generatedAt }))}
      </ul>
    </div>
    ${
      points.length < 2
        ? html`<p class="faint small">How this changes is drawn here when there are several reports that were made with --mark.</p>`
        : renderNumbers(points, generatedAt)
    }
  </section>`;
}

type State = 'fresh' | 'unknown' | 'stale';

/** As they are drawn, the highest first. */
const STATES: readonly State[] = ['stale', 'unknown', 'fresh'];

type Times = { readonly now: Pick<TrendPoint, 'images' | State>; readonly before: TrendPoint | null; readonly generatedAt: number };

function renderShare(state: State, { now, before, generatedAt }: Times): Html {
  const change = before === null ? null : describeChange(before[state], now[state], renderDay(before.at, generatedAt));
  return html`<li>
    <svg class="swatch" viewBox="0 0 14 14" aria-hidden="true"><rect class="trend-${state}" x="1.5" y="1.5" width="11" height="11" /></svg>
    <b>${now[state]}</b> of ${now.images} ${state}${change === null ? null : html`<br /><span class="faint small">${change}</span>`}
  </li> `;
}

/** `up from 3 on 9 Nov`, `down from 9 on 9 Nov`, `as on 9 Nov` */
function describeChange(before: number, now: number, day: string): string {
  if (before === now) return `as on ${day}`;
  return `${before < now ? 'up' : 'down'} from ${before} on ${day}`;
}

function renderNumbers(points: readonly TrendPoint[], now: number): Html {
  return html`<details>
    <summary class="small">In numbers</summary>
    <table class="numbers">
      <caption>
        Images when each report was made
      </caption>
      <thead>
        <tr>
          <th scope="col">Report</th>
          <th scope="col">Fresh</th>
          <th scope="col">Unknown</th>
          <th scope="col">Stale</th>
          <th scope="col">All</th>
        </tr>
      </thead>
      <tbody>
        ${points.map((point) => renderNumbersRow(point, now))}
      </tbody>
    </table>
  </details>`;
}

function renderNumbersRow({ at, fresh, unknown, stale, images }: TrendPoint, now: number): Html {
  return html`<tr>
    <th scope="row">${renderDay(at, now)}</th>
    <td>${fresh}</td>
    <td>${unknown}</td>
    <td>${stale}</td>
    <td>${images}</td>
  </tr> `;
}
