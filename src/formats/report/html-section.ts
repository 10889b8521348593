import type { Report, Subject } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { type Html, html } from '../html/escape.ts';
import { type Bounds, takePieces } from '../html/take.ts';
import { describeWhere, nameOfSubject } from './words.ts';

/** What the sections of the page have in common. */

/** `id`: also where the counts at the top lead. `left`: what tells the rest to a person who wants it all. */
export type Listing<T> = {
  readonly id: SectionId;
  readonly title: string;
  readonly items: readonly T[];
  readonly render: (item: T) => Html;
  readonly bounds: Bounds;
  readonly rest: string | null;
};

export type SectionId = 'interrupted' | 'attention' | 'news' | 'pending' | 'done' | 'held' | 'bases' | 'rebuilds' | 'stores' | 'commands';

const LONGEST_PLATFORM = 60;

/** Renders a section with a list, of which the first items are shown and the others counted; null when there are none. */
export function renderListing<T>({ id, title, items, render, bounds, rest }: Listing<T>): Html | null {
  if (items.length === 0) return null;
  const rows = takePieces(items, render, bounds);
  const body = html`<ul class="rows" role="list">
      ${rows}
    </ul>
    ${renderRest(items.length - rows.length, rest)}`;
  return renderSection({ id, title, count: items.length, body });
}

/** Renders a section with its heading. */
export function renderSection(section: {
  readonly id: SectionId;
  readonly title: string;
  readonly count: number | null;
  readonly body: Html;
}): Html {
  const { id, title, count, body } = section;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}${count === null ? null : html` <span class="faint">(${count})</span>`}</h2>
    ${body}
  </section> `;
}

/** `and 312 more: imgupdate list --upgradable`; nothing when all is shown. */
export function renderRest(left: number, command: string | null): Html | null {
  if (left <= 0) return null;
  return html`<p class="faint">and ${left} more${command === null ? ', left out of this page' : html`: <code>${command}</code>`}</p>`;
}

/** The name of an image, and where it is. */
export function renderSubject(subject: Subject, report: Report): Html {
  return html`<h3>${renderName(nameOfSubject(subject))}</h3>
    <p class="faint small">${sanitizeText(subject.platform, LONGEST_PLATFORM)}${describeWhere(subject, report)}</p>`;
}

/** A name as code that is broken where its parts end, if it has to be; it is copied without any break. */
export function renderName(name: string): Html {
  const parts = sanitizeText(name, LONGEST_NAME).split(/(?<=[/:@])/);
  return html`<code>${parts.map((part, at) => (at === 0 ? html`${part}` : html`<wbr />${part}`))}</code>`;
}

/** A word in a colour; the word says what the colour says. */
export function renderBadge(tone: 'bad' | 'warn' | 'good' | 'note' | 'quiet', word: string, sign: string | null = null): Html {
  return html`<span class="badge ${tone}">${sign === null ? null : html`<span aria-hidden="true">${sign}</span> `}${word}</span>`;
}

/** The first names of many as a line of code, and how many more there are. */
export function renderNames(names: readonly string[], most: number): Html {
  const shown = names.slice(0, most).map((name) => html`<li>${renderName(name)}</li> `);
  const left = names.length - shown.length;
  return html`<ul class="names">
    ${shown}${left === 0 ? null : html`<li class="faint">and ${left} more</li>`}
  </ul>`;
}

const LONGEST_NAME = 300;
