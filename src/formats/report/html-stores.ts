import type { HostStore, Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import type { UnneededImage } from '../../core/unneeded.ts';
import { type Html, html } from '../html/escape.ts';
import { type Bounds, takePieces } from '../html/take.ts';
import { renderBadge, renderName, renderRest, renderSection } from './html-section.ts';
import { describeStore } from './sections.ts';
import { renderOwnBytes, SECTION_TITLES, shortDigestText } from './words.ts';

const MOST_STORES = 20;
const MOST_IMAGES: Bounds = { items: 25, characters: 30_000 };
const LONGEST_NAME = 300;

/** Renders what the image store of each host holds, and what of it nothing needs. */
export function renderStores(report: Report): Html | null {
  const stores = report.stores.filter(({ unneeded }) => unneeded.length > 0);
  if (stores.length === 0) return null;
  return renderSection({
    id: 'stores',
    title: SECTION_TITLES.stores,
    count: null,
    body: html`${stores.slice(0, MOST_STORES).map((store) => renderStore(store, report.hosts.length > 1))}
    ${renderRest(stores.length - MOST_STORES, null)}`,
  });
}

function renderStore(store: HostStore, isNamed: boolean): Html {
  const shown = takePieces(store.unneeded, renderUnneeded, MOST_IMAGES);
  return html`${isNamed ? html`<h3>${sanitizeText(store.host, LONGEST_NAME)}</h3>` : null}
    <p>${describeStore(store)}</p>
    ${renderBar(store)}
    <ul class="rows" role="list">
      ${shown}
    </ul>
    ${renderRest(store.unneeded.length - shown.length, null)}`;
}

/** The part that is freed; what it says stands in words above it. */
function renderBar({ bytes, freedBytes }: HostStore): Html | null {
  if (bytes === null || freedBytes === null || bytes <= 0) return null;
  const part = Math.round(Math.min(1, Math.max(0, freedBytes / bytes)) * 1000) / 10;
  return html`<svg class="bar" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
    <rect class="bar-all" width="100" height="2" />
    <rect class="bar-part" width="${part}" height="2" />
  </svg>`;
}

function renderUnneeded({ kind, id, name, bytes, because }: UnneededImage): Html {
  return html`<li class="row short">
    <h3>${renderName(name ?? shortDigestText(id))}</h3>
    <p>${renderBadge('quiet', kind)} ${sanitizeText(because, LONGEST_NAME)}</p>
    <p class="number">${renderOwnBytes(bytes)}</p>
  </li> `;
}
