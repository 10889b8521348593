import type { MovedBase, Rebuild, Report } from '../../core/report/report.ts';
import type { BaseMovement } from '../../core/verdict.ts';
import { plural } from '../facts.ts';
import { type Html, html } from '../html/escape.ts';
import { type Bounds, takePieces } from '../html/take.ts';
import { renderBadge, renderListing, renderName, renderNames, renderRest, renderSection } from './html-section.ts';
import { describeRebuild, describeWhere, MOVEMENT_WORDS, nameOfSubject, SECTION_TITLES, shortDigestText } from './words.ts';

const MOST_BASES: Bounds = { items: 100, characters: 150_000 };
const MOST_REBUILDS: Bounds = { items: 300, characters: 120_000 };
const MOST_NAMES = 8;

/** Renders the bases that moved or are gone, each with the images that stand on it. */
export function renderBases(report: Report): Html | null {
  return renderListing({
    id: 'bases',
    title: SECTION_TITLES.bases,
    items: report.bases,
    render: renderBase,
    bounds: MOST_BASES,
    rest: 'imgupdate list --upgradable',
  });
}

function renderBase({ name, kind, movements, candidate, images }: MovedBase): Html {
  return html`<li class="row">
    <div>
      <h3>${renderName(name)}</h3>
      <p class="faint small">${candidate === null ? null : html`now <code>${shortDigestText(candidate)}</code>`}</p>
    </div>
    <div>
      <p>${kind === 'gone' ? renderBadge('bad', 'is gone', '\u2717') : renderMovements(movements)}</p>
      ${renderNames(
        images.map((image) => image.name),
        MOST_NAMES,
      )}
    </div>
    <p class="faint small">${plural(images.length, 'image')} ${images.length === 1 ? 'stands' : 'stand'} on it</p>
  </li> `;
}

/** One base may have moved in several ways, for images that were built at several times. */
function renderMovements(movements: readonly BaseMovement[]): readonly Html[] {
  const words = movements.length === 0 ? ['moved'] : movements.map((movement) => MOVEMENT_WORDS[movement]);
  return [...new Set(words)].map((word) => html`${renderBadge('warn', word)} `);
}

/** Renders what to build, in the order in which to build it. */
export function renderRebuilds(report: Report): Html | null {
  const { rebuilds } = report;
  if (rebuilds.length === 0) return null;
  const shown = takePieces(rebuilds, (rebuild) => renderRebuild(rebuild, report), MOST_REBUILDS);
  return renderSection({
    id: 'rebuilds',
    title: SECTION_TITLES.rebuilds,
    count: rebuilds.length,
    body: html`<ol class="steps">
        ${shown}
      </ol>
      ${renderRest(rebuilds.length - shown.length, 'imgupdate list --upgradable')}`,
  });
}

function renderRebuild(rebuild: Rebuild, report: Report): Html {
  return html`<li>
    <code>${nameOfSubject(rebuild)}</code> <span class="faint small">${describeRebuild(rebuild)}${describeWhere(rebuild, report)}</span>
  </li> `;
}
