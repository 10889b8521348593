import type { Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { type Html, html } from '../html/escape.ts';
import { type Bounds, takePieces } from '../html/take.ts';
import { renderRest, renderSection } from './html-section.ts';
import { titleOfInterrupted } from './words.ts';

const MOST: Bounds = { items: 200, characters: 60_000 };
const LONGEST_LINE = 400;

/** Renders what the report before this one told, where nobody knows whether it was read. */
export function renderInterrupted({ interrupted, generatedAt }: Report): Html | null {
  if (interrupted === null) return null;
  return renderSection({
    id: 'interrupted',
    title: titleOfInterrupted(interrupted, generatedAt),
    count: null,
    body: html`<div class="aside">
      <p>It ended before it was known to be printed. So that nothing is lost, this is what it told:</p>
      ${renderTold('New then', interrupted.news)} ${renderTold('Done then', interrupted.done)}
    </div>`,
  });
}

function renderTold(title: string, lines: readonly string[]): Html | null {
  if (lines.length === 0) return null;
  const shown = takePieces(lines, (line) => html`<li>${sanitizeText(line, LONGEST_LINE)}</li> `, MOST);
  return html`<h3>${title}</h3>
    <ul>
      ${shown}
    </ul>
    ${renderRest(lines.length - shown.length, null)}`;
}
