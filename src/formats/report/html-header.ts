import type { Report } from '../../core/report/report.ts';
import { type Html, html } from '../html/escape.ts';
import { renderFreshness } from './html-freshness.ts';
import type { SectionId } from './html-section.ts';
import { describeAttention, describeHeadline, describeTitle, listTold, renderBytes, renderMinute } from './words.ts';

/** Renders what is to be seen first: the headline, the counts, each of which leads to its section, and how fresh the images are. */
export function renderHeader(report: Report): Html {
  const attention = describeAttention(report);
  const tiles = listTiles(report);
  return html`<div class="head">
      <p class="faint small">imgupdate report, ${renderMinute(report.generatedAt)}</p>
      <h1>${describeTitle(report)}</h1>
      <p class="lead">${describeHeadline(report)}</p>
      ${attention === null ? null : html`<p class="alert">${attention}</p>`}
    </div>
    ${
      tiles.length === 0
        ? null
        : html`<nav aria-label="Sections">
            <ul class="counts" role="list">
              ${tiles.map(renderTile)}
            </ul>
          </nav>`
    }
    ${report.onlyNew ? null : renderFreshness(report)}`;
}

type Tile = { readonly to: SectionId; readonly count: string; readonly word: string; readonly tone: string };

/** One for each section there is to be read. */
function listTiles(report: Report): readonly Tile[] {
  const { news, pending, done, held, rebuilds, stores, onlyNew, since } = report;
  const attention = listTold(report);
  const freed = stores.reduce((sum, { freedBytes }) => sum + (freedBytes ?? 0), 0);
  const tiles = [
    makeTile('attention', attention.length, attention.length === 1 ? 'needs attention' : 'need attention', 'bad'),
    makeTile('news', news.length, since.kind === 'first' ? 'pending' : 'new', 'note'),
    makeTile('pending', onlyNew ? 0 : pending.length, 'still pending', 'warn'),
    makeTile('done', done.length, 'done', 'good'),
    makeTile('held', onlyNew ? 0 : held.length, 'held', 'quiet'),
    makeTile('rebuilds', onlyNew ? 0 : rebuilds.length, 'to rebuild', 'quiet'),
  ].filter(({ count }) => count !== '0');
  return freed === 0 || onlyNew ? tiles : [...tiles, { to: 'stores', count: renderBytes(freed), word: 'to be freed', tone: 'quiet' }];
}

function makeTile(to: SectionId, count: number, word: string, tone: string): Tile {
  return { to, count: String(count), word, tone };
}

function renderTile({ to, count, word, tone }: Tile): Html {
  return html`<li>
    <a class="tile edge-${tone}" href="#${to}"><b>${count}</b> ${word}</a>
  </li> `;
}
